import { Icon } from "../frame/Icon.tsx";
import { explore as words } from "../words/explore.ts";
import { ask } from "./model.ts";

/** What to ask when nothing is asked yet. */
export function Examples() {
  return (
    <section class="card examples" aria-labelledby="examples-title">
      <h2 id="examples-title">{words.start}</h2>
      <p class="muted">{words.startHelp}</p>
      <ul>
        {words.examples.map((e) => (
          <li key={e.name}>
            <button type="button" class="example" onClick={() => ask(e.queries)}>
              <span class="example-name">{e.name}<Icon name="right" /></span><span class="example-help">{e.help}</span>
              <code>{e.queries.join("\n")}</code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
