import { Detail } from "../queues/Detail.tsx";
import { chosenQueue } from "../queues/model.ts";
import { Overview } from "../queues/Overview.tsx";

/** All queues, or the one that the address names. */
export default function Queues() {
  const name = chosenQueue();
  return name === null ? <Overview /> : <Detail key={name} name={name} />;
}
