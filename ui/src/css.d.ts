// A style sheet that is loaded later: its address.
declare module "*.later.css" {
  const address: string;
  export default address;
}
