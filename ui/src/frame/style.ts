// Style sheets that the first load does without.

/** Puts a style sheet on the page and waits until it is in effect; without it a page is plain, but there. */
export function loadStyle(address: string): Promise<void> {
  return new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.onload = link.onerror = () => done();
    document.head.append(link);
  });
}
