// The PromQL editor: CodeMirror with Prometheus' own language support.
// It lives in a shadow root. There CodeMirror puts its styles into constructed
// style sheets, which a content security policy without inline styles allows;
// in the document itself it would add a <style> element.
import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { lintKeymap } from "@codemirror/lint";
import { EditorState, Prec, type Extension } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { newCompleteStrategy, PromQLExtension, type CompleteStrategy } from "@prometheus-io/codemirror-promql";
import { explore as words } from "../words/explore.ts";
import { highlight, theme } from "./editorTheme.ts";

export interface EditorOptions {
  host: HTMLElement;
  text: string;
  label: string;
  completion: CompleteStrategy;
  onChange: (text: string) => void;
  onRun: () => void;
  /** The metric in which the cursor is; empty: none. */
  onMetric: (name: string) => void;
}

/** Completes with the metrics, labels and values of this server. */
export const serverCompletion = (): CompleteStrategy => newCompleteStrategy({ remote: { httpMethod: "GET", httpErrorHandler: () => {} } });

/** An editor in an element, until it is destroyed. */
export class QueryEditor {
  private readonly view: EditorView;

  constructor(options: EditorOptions) {
    const root = options.host.shadowRoot ?? options.host.attachShadow({ mode: "open" });
    root.replaceChildren();
    this.view = new EditorView({ root, parent: root, state: EditorState.create({ doc: options.text, extensions: extensions(options) }) });
  }

  /** Shows another text, when it is another. */
  set(text: string) {
    const now = this.view.state.doc;
    if (now.toString() !== text) this.view.dispatch({ changes: { from: 0, to: now.length, insert: text } });
  }

  /** Puts the cursor where Prometheus says that something is; lines and columns start at 1. */
  goTo(line: number, column: number) {
    const doc = this.view.state.doc, at = doc.line(Math.min(Math.max(1, line), doc.lines));
    this.view.dispatch({ selection: { anchor: Math.min(at.from + Math.max(0, column - 1), at.to) }, scrollIntoView: true });
    this.view.focus();
  }

  focus() {
    this.view.dispatch({ selection: { anchor: this.view.state.doc.length } });
    this.view.focus();
  }

  destroy() { this.view.destroy(); }
}

function extensions(o: EditorOptions): Extension[] {
  const run = () => { o.onRun(); return true; };
  return [
    history(), bracketMatching(), closeBrackets(), autocompletion(), EditorView.lineWrapping, placeholder(words.placeholder),
    new PromQLExtension().setComplete({ completeStrategy: o.completion }).asExtension(),
    syntaxHighlighting(highlight), theme,
    EditorView.contentAttributes.of({ "aria-label": o.label, spellcheck: "false", autocapitalize: "off", autocorrect: "off" }),
    Prec.highest(keymap.of([{ key: "Mod-Enter", run }, { key: "Tab", run: acceptCompletion }])), // Tab leaves the editor when nothing is offered
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
    EditorView.updateListener.of((u) => {
      if (u.docChanged) o.onChange(u.state.doc.toString());
      if (u.docChanged || u.selectionSet || u.focusChanged) o.onMetric(u.view.hasFocus ? metricAt(u.state) : "");
    }),
  ];
}

/** Node names are those of lezer-promql: a metric is an Identifier in a VectorSelector. */
function metricAt(state: EditorState): string {
  const at = state.selection.main.head;
  for (const side of [-1, 1] as const) {
    const node = syntaxTree(state).resolveInner(at, side);
    if (node.name === "Identifier" && node.parent?.name === "VectorSelector") return state.sliceDoc(node.from, node.to);
  }
  return "";
}
