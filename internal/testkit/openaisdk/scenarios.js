'use strict';
const { toFile } = require('openai');

const hello = [{ role: 'user', content: 'Name the answer, and say where lunch is.' }];
const weather = { name: 'weather', description: 'The weather in a city', parameters: { type: 'object', properties: { city: { type: 'string' } } } };
const fake = (words) => ({ headers: { 'X-Fake': words } });
const chatOf = (more) => ({ model: 'gpt-4o-mini', messages: hello, ...more });

async function read(r, stream, take) {
  r.fact.chunks = 0;
  r.fact.content = '';
  for await (const event of stream) {
    r.fact.chunks++;
    if (take(event) === false) break;
  }
}

const takeChat = (r) => (chunk) => {
  const choice = chunk.choices[0];
  if (choice) {
    r.fact.content += choice.delta.content || '';
    if (choice.finish_reason) r.fact.finish = choice.finish_reason;
  }
  r.usage(chunk.usage);
  r.fact.model = chunk.model;
};

async function chat(r, _, params = {}, how = {}, client = r.client()) {
  const got = await client.chat.completions.create(chatOf(params), how);
  r.fact.content = got.choices.map(c => c.message.content || '').join('\n');
  r.fact.finish = got.choices[0].finish_reason;
  r.fact.model = got.model;
  r.fact.requestId = got._request_id;
  r.usage(got.usage);
  return got;
}

async function streamed(r, params, how = {}, client = r.client()) {
  await read(r, await client.chat.completions.create(chatOf({ stream: true, ...params }), how), takeChat(r));
}

async function responses(r, params = {}, how = {}) {
  const got = await r.client().responses.create({ model: 'gpt-4.1', input: 'Name the answer.', ...params }, how);
  r.fact.content = got.output_text;
  r.fact.finish = got.status;
  r.fact.model = got.model;
  r.fact.requestId = got._request_id;
  r.usage(got.usage);
  return got;
}

async function responsesStreamed(r, params, how = {}) {
  const stream = await r.client().responses.create({ model: 'gpt-4.1', input: 'Name the answer.', stream: true, ...params }, how);
  await read(r, stream, event => {
    if (event.type === 'response.output_text.delta') r.fact.content += event.delta;
    if (['response.completed', 'response.incomplete', 'response.failed'].includes(event.type)) {
      r.fact.finish = event.response.status;
      r.fact.model = event.response.model;
      r.usage(event.response.usage);
    }
  });
}

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

// The SDK speaks wss only; where there is no TLS the socket is opened as it would.
function officialRealtime(r, headers) {
  const { OpenAIRealtimeWS } = require('openai/realtime/ws');
  const rt = new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { headers } }, r.client());
  rt.on('error', () => {}); // the socket tells
  return { socket: rt.socket, send: event => rt.send(event) };
}

function plainRealtime(options, headers) {
  const { WebSocket } = require('ws');
  const url = options.base.replace(/^http/, 'ws') + '/realtime?model=gpt-realtime';
  const socket = new WebSocket(url, { headers: { Authorization: `Bearer ${options.key || 'sk-test'}`, ...headers } });
  return { socket, send: event => socket.send(JSON.stringify(event)) };
}

module.exports = {
  chat: (r) => chat(r),
  chat_n: (r) => chat(r, null, { n: 3 }),
  chat_cached: (r) => chat(r, null, { messages: [{ role: 'user', content: 'long '.repeat(2000) }] }),
  chat_length: (r) => chat(r, null, { max_completion_tokens: 3 }),
  chat_gzip: (r) => chat(r, null, {}, fake('gzip')),
  chat_odd: (r) => chat(r, null, {}, fake('odd-headers;trailers;early-hints')),
  chat_stream: (r) => streamed(r, {}),
  chat_stream_usage: (r) => streamed(r, { stream_options: { include_usage: true } }),
  chat_stream_bytes: (r) => streamed(r, { stream_options: { include_usage: true } }, fake('chunk-size=1')),
  chat_stream_crlf: (r) => streamed(r, { stream_options: { include_usage: true } }, fake('crlf;comments')),
  chat_stream_error: (r) => streamed(r, {}, fake('error-event-at=4')),
  chat_stream_cut: (r) => streamed(r, {}, fake('cut-after=600')),
  async chat_stream_cancelled(r) {
    const stop = new AbortController();
    const stream = await r.client().chat.completions.create(chatOf({ stream: true }), { signal: stop.signal, ...fake('tokens=100000;gap=1ms') });
    await read(r, stream, () => {
      if (r.fact.chunks < 3) return true;
      stop.abort();
      return false;
    });
  },
  async tools(r) {
    const tools = [{ type: 'function', function: weather }];
    const first = await chat(r, null, { tools });
    const call = first.choices[0].message.tool_calls[0];
    r.fact.tool = call.function.name + call.function.arguments;
    await chat(r, null, { tools, messages: [...hello, first.choices[0].message, { role: 'tool', tool_call_id: call.id, content: 'sunny' }] });
  },
  async tools_stream(r) {
    const stream = r.client().chat.completions.stream(chatOf({ tools: [{ type: 'function', function: weather }], stream_options: { include_usage: true } }));
    const got = await stream.finalChatCompletion();
    const call = got.choices[0].message.tool_calls[0];
    r.fact.tool = call.function.name + call.function.arguments;
    r.fact.finish = got.choices[0].finish_reason;
    r.usage(got.usage);
  },
  async completion(r) {
    const got = await r.client().completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'Say' });
    r.fact.content = got.choices[0].text;
    r.fact.model = got.model;
    r.usage(got.usage);
  },
  responses: (r) => responses(r),
  responses_reasoning: (r) => responses(r, { model: 'gpt-5' }),
  responses_stream: (r) => responsesStreamed(r, {}),
  responses_incomplete: (r) => responsesStreamed(r, { max_output_tokens: 3 }),
  responses_failed: (r) => responsesStreamed(r, {}, fake('end=failed')),
  async responses_tools(r) {
    const got = await responses(r, { tools: [{ type: 'function', strict: false, ...weather }] });
    r.fact.tool = got.output[0].name + got.output[0].arguments;
  },
  async embeddings(r) { // the SDK asks for base64
    const got = await r.client().embeddings.create({ model: 'text-embedding-3-small', input: ['one', 'two'] });
    r.fact.content = got.data.map(d => d.embedding.length).join(' ');
    r.fact.model = got.model;
    r.usage(got.usage);
  },
  async embeddings_float(r) {
    const got = await r.client().embeddings.create({ model: 'text-embedding-3-large', input: 'one', encoding_format: 'float', dimensions: 256 });
    r.fact.content = got.data.map(d => d.embedding.length).join(' ');
    r.usage(got.usage);
  },
  async image(r) {
    const got = await r.client().images.generate({ model: 'gpt-image-1', prompt: 'a cat', size: '1024x1536', quality: 'high' });
    r.fact.bytes = Buffer.from(got.data[0].b64_json, 'base64').length;
    r.usage(got.usage);
  },
  async image_dalle(r) {
    const got = await r.client().images.generate({ model: 'dall-e-3', prompt: 'a cat', size: '1792x1024', quality: 'hd' });
    r.fact.content = new URL(got.data[0].url).pathname.split('/')[1];
    r.usage(got.usage);
  },
  async image_stream(r) {
    const stream = await r.client().images.generate({ model: 'gpt-image-1', prompt: 'a cat', stream: true, partial_images: 2 });
    await read(r, stream, event => {
      r.fact.finish = event.type;
      r.usage(event.usage);
    });
  },
  async image_edit(r) {
    const got = await r.client().images.edit({ model: 'gpt-image-1', image: await toFile(png, 'a.png', { type: 'image/png' }), prompt: 'greener' });
    r.fact.bytes = Buffer.from(got.data[0].b64_json, 'base64').length;
    r.usage(got.usage);
  },
  async image_variation(r) {
    const got = await r.client().images.createVariation({ image: await toFile(png, 'a.png', { type: 'image/png' }), n: 2 });
    r.fact.content = String(got.data.length);
  },
  async speech(r) {
    const got = await r.client().audio.speech.create({ model: 'gpt-4o-mini-tts', voice: 'alloy', input: 'Lunch is at noon in Zürich.' });
    r.fact.bytes = (await got.arrayBuffer()).byteLength;
  },
  async transcription(r) {
    const got = await r.client().audio.transcriptions.create({ model: 'whisper-1', file: await toFile(Buffer.alloc(100000, 7), 'a.wav') });
    r.fact.content = got.text;
    r.usage(got.usage);
  },
  async transcription_tokens(r) {
    const got = await r.client().audio.transcriptions.create({ model: 'gpt-4o-transcribe', file: await toFile(Buffer.alloc(100000, 7), 'a.wav') });
    r.fact.content = got.text;
    r.usage(got.usage);
  },
  async transcription_stream(r) {
    const stream = await r.client().audio.transcriptions.create({ model: 'gpt-4o-transcribe', stream: true, file: await toFile(Buffer.alloc(70000, 7), 'a.wav') });
    await read(r, stream, event => {
      r.fact.content += event.delta || '';
      r.usage(event.usage);
    });
  },
  async translation(r) {
    const got = await r.client().audio.translations.create({ model: 'whisper-1', file: await toFile(Buffer.alloc(1000, 7), 'a.wav') });
    r.fact.content = got.text;
  },
  async moderation(r) {
    const got = await r.client().moderations.create({ input: 'no harm' });
    r.fact.content = String(got.results[0].flagged);
  },
  async files(r) {
    const client = r.client();
    const line = JSON.stringify({ custom_id: 'a', method: 'POST', url: '/v1/chat/completions', body: chatOf() });
    const file = await client.files.create({ purpose: 'batch', file: await toFile(Buffer.from(line + '\n' + line + '\n'), 'in.jsonl') });
    const listed = await client.files.list();
    r.fact.content = listed.data.some(f => f.id === file.id) ? 'listed' : 'lost';
    r.fact.bytes = (await (await client.files.content(file.id)).text()).length;
    return file;
  },
  async batches(r) {
    const file = await module.exports.files(r);
    const client = r.client();
    const made = await client.batches.create({ input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h' });
    const got = await client.batches.retrieve(made.id);
    r.fact.finish = got.status;
    r.fact.content = String(got.request_counts.completed);
    r.usage(got.usage);
  },
  async models(r) {
    const names = [];
    for await (const m of r.client().models.list()) names.push(m.id);
    r.fact.content = names.slice(0, 2).join(' ');
  },
  async fine_tuning(r) {
    const made = await r.client().fineTuning.jobs.create({ model: 'gpt-4o-mini', training_file: 'file-1' });
    r.fact.finish = (await r.client().fineTuning.jobs.retrieve(made.id)).status;
  },
  async realtime(r, options) {
    const headers = { ...options.headers, 'X-Scenario': r.name };
    const { socket, send } = options.base.startsWith('https:') ? officialRealtime(r, headers) : plainRealtime(options, headers);
    r.fact.content = '';
    await new Promise((done, fail) => {
      socket.on('error', fail);
      socket.on('close', done);
      socket.on('message', text => {
        const event = JSON.parse(text);
        if (event.type === 'session.created') {
          send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] } });
          send({ type: 'response.create' });
        }
        if (event.type === 'response.output_text.delta') r.fact.content += event.delta;
        if (event.type === 'response.done') {
          r.usage(event.response.usage);
          socket.close();
        }
      });
    });
  },
  rate_limited_then_fine: (r) => chat(r, null, {}, fake('status=429;retry-after-ms=1;times=1')),
  rate_limited: (r) => chat(r, null, {}, fake('status=429;retry-after-ms=1')),
  insufficient_quota: (r) => chat(r, null, {}, fake('status=429;code=insufficient_quota;should-retry=false')),
  server_errors: (r) => chat(r, null, {}, fake('status=500;retry-after-ms=1')),
  server_error_then_fine: (r) => chat(r, null, {}, fake('status=503;retry-after-ms=1;times=2')),
  bad_request: (r) => chat(r, null, { messages: [] }),
  wrong_key: (r) => chat(r, null, {}, fake('status=401;code=invalid_api_key')),
  unknown_model: (r) => chat(r, null, { model: 'no-such-model' }),
  too_long: (r) => chat(r, null, { messages: [{ role: 'user', content: 'x'.repeat(600000) }] }),
  unknown_path: (r) => r.client().get('/no/such/path'),
  invalid_json: (r) => chat(r, null, {}, fake('invalid-json')),
  closed: (r) => chat(r, null, {}, fake('close-before-headers'), r.client({ maxRetries: 0 })),
  refused: (r, options) => chat(r, null, {}, {}, r.client({ baseURL: options.refused, maxRetries: 0 })),
  timeout: (r) => chat(r, null, {}, fake('stall'), r.client({ timeout: 300, maxRetries: 0 })),
};
