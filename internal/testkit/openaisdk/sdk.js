'use strict';
// The official SDK, as people use it, against a base URL. Each scenario prints
// what its caller got as one JSON line.
//
//   node sdk.js '{"base":"http://127.0.0.1:1/v1","refused":"http://127.0.0.1:2/v1","headers":{}}' chat chat_stream …
const OpenAI = require('openai');
const scenarios = require('./scenarios.js');

const options = JSON.parse(process.argv[2]);

// Run is one scenario: its client, and what is known of it.
class Run {
  constructor(name) {
    this.fact = { scenario: name, ok: false, requests: 0 };
    this.name = name;
  }

  client(more = {}) {
    return new OpenAI({
      apiKey: options.key || 'sk-test',
      baseURL: options.base,
      defaultHeaders: { ...options.headers, 'X-Scenario': this.name },
      fetch: (url, ...args) => {
        if (/^http/.test(url)) this.fact.requests++; // it tries what fetch can do on data:,
        return fetch(url, ...args);
      },
      ...more,
    });
  }

  usage(u) {
    if (!u) return;
    const details = (u.prompt_tokens_details || u.input_tokens_details || {});
    const spent = (u.completion_tokens_details || u.output_tokens_details || {});
    this.fact.usage = {
      input: u.prompt_tokens ?? u.input_tokens ?? 0,
      output: u.completion_tokens ?? u.output_tokens ?? 0,
      total: u.total_tokens ?? 0,
      cached: details.cached_tokens ?? 0,
      reasoning: spent.reasoning_tokens ?? 0,
      seconds: u.seconds ?? 0,
    };
  }
}

function failure(err) {
  return {
    class: err.constructor.name,
    status: err.status || 0,
    code: err.code || '',
    type: err.type || '',
    requestId: err.requestID || '',
    message: String(err.message),
  };
}

async function run(name) {
  const r = new Run(name);
  try {
    await scenarios[name](r, options);
    r.fact.ok = true;
  } catch (err) {
    r.fact.error = failure(err);
  }
  console.log(JSON.stringify(r.fact));
}

async function main() {
  for (const name of process.argv.slice(3)) await run(name);
}

main().then(() => process.exit());
