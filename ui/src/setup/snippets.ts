// What to paste, for each source and language, with the real address filled in.
// The token is an environment variable, never a value.

export interface Snippet { id: string; language: string; file: string; code: string }

interface Example { path: string; fields: Record<string, string | number>; file: string; before?: string }

const examples: Record<string, Example> = {
  queues: { path: "/api/metrics/queue-wait", fields: { queueName: "render-hd", waitSeconds: 4.2, oldestWaitingSeconds: 12 }, file: "queue-metrics.service" },
  openai: { path: "/api/metrics/openai", fields: { model: "dall-e-3", operation: "image_generation", durationSeconds: 8.2, costCents: 4 }, file: "ai.service" },
  embeds: { path: "/api/metrics/embed-handshake", fields: { durationSeconds: 0.08, shopDomain: "shop-17.example", status: "success" }, file: "widget.service" },
  renders: { path: "/api/metrics/render", fields: { renderType: "2d", quality: "high", durationSeconds: 4.2, status: "success" }, file: "render-2d.service" },
  ar: { path: "/api/metrics/ar-conversion", fields: { conversionType: "glb_to_usdz", durationSeconds: 17, status: "success" }, file: "convert-usdz/route" },
  http: { path: "/api/metrics/http-request", fields: { method: "GET", route: "/products/:id", statusCode: 200, durationSeconds: 0.021 }, file: "metrics.interceptor" },
};

export function snippets(source: string, url: string): Snippet[] {
  const e = examples[source];
  if (!e) return [];
  const base = url.replace(/\/$/, "");
  return [
    ...(source === "queues" ? [{ id: "redis", language: "BullMQ", file: "luneo.yml", code: redis }] : []),
    ...(source === "openai" ? [{ id: "gateway", language: "Gateway", file: ".env", code: gateway(base) }] : []),
    { id: "node", language: "TypeScript", file: `${e.file}.ts`, code: node(e, base) },
    { id: "nest", language: "NestJS", file: "luneo.service.ts", code: nest(e, base) },
    { id: "go", language: "Go", file: `${e.file.replace(/[./-]/g, "_")}.go`, code: go(e, base) },
    { id: "curl", language: "curl", file: "terminal", code: curl(e, base) },
  ];
}

const redis = `# Luneo reads the queues from Redis; nothing changes in your workers.
redis: redis://127.0.0.1:6379

# Without a file:
#   REDIS_URL=redis://127.0.0.1:6379 luneo serve

# As a user who may only read, and nothing but BullMQ's keys:
#   ACL SETUSER luneo on >PASSWORD resetkeys %R~bull:* resetchannels -@all +ping +hello +auth +select +time +info +client|list +scan +exists +hmget +get +pttl +llen +lrange +zcard +zcount +zrange +zrevrange +xread +xrevrange +xinfo|stream
#
# redis:
#   - {name: main, url: rediss://redis.internal:6379, username: luneo, password_file: /run/secrets/luneo-redis}`;

const gateway = (base: string) => `# Every call goes through Luneo, which passes it on as it is, with your own key,
# and counts duration, tokens, errors and cost. Nothing changes in your code.
OPENAI_BASE_URL=${base}/openai/v1

# Other APIs by name: openai.upstreams in luneo.yml, then ${base}/openai/NAME/...`;

const literal = (v: string | number) => (typeof v === "string" ? JSON.stringify(v) : String(v));
const lines = (e: Example, indent: string) => Object.entries(e.fields).map(([k, v]) => `${indent}${k}: ${literal(v)},`).join("\n");
const json = (e: Example) => JSON.stringify(e.fields);

const node = (e: Example, base: string) => `await fetch("${base}${e.path}", {
  method: "POST",
  headers: { Authorization: \`Bearer \${process.env.LUNEO_TOKEN}\` }, // not needed on the same machine
  body: JSON.stringify({
${lines(e, "    ")}
  }),
});`;

const nest = (e: Example, base: string) => `@Injectable()
export class LuneoService {
  private readonly logger = new Logger(LuneoService.name);

  /** A metric that can't be sent never fails what it measures. */
  async record(event: Record<string, unknown>) {
    try {
      await fetch("${base}${e.path}", {
        method: "POST",
        headers: { Authorization: \`Bearer \${process.env.LUNEO_TOKEN}\` },
        body: JSON.stringify(event),
        signal: AbortSignal.timeout(2000),
      });
    } catch (error) {
      this.logger.warn(\`Luneo: \${error}\`);
    }
  }
}

// where it happens:
await this.luneo.record({
${lines(e, "  ")}
});`;

const go = (e: Example, base: string) => `body, _ := json.Marshal(map[string]any{
${Object.entries(e.fields).map(([k, v]) => `\t${JSON.stringify(k)}: ${literal(v)},`).join("\n")}
})
req, err := http.NewRequestWithContext(ctx, http.MethodPost,
\t"${base}${e.path}", bytes.NewReader(body))
if err != nil {
\treturn err
}
req.Header.Set("Authorization", "Bearer "+os.Getenv("LUNEO_TOKEN"))
resp, err := http.DefaultClient.Do(req)
if err != nil {
\treturn err
}
defer resp.Body.Close() // 202: on disk and counted`;

const curl = (e: Example, base: string) => `curl ${base}${e.path} \\
  -H "Authorization: Bearer $LUNEO_TOKEN" \\
  -d '${json(e)}'`;
