// Requests to the Luneo that served the page; never to anyone else.

/** What went wrong, in the words of the API's problem document (RFC 9457). */
export class ApiError extends Error {
  constructor(readonly status: number, message: string, readonly kind: string, readonly details: string) {
    super(message);
  }
  /** Nobody answered: the network, or a Luneo that is down. */
  get offline() { return this.status === 0; }
}

interface Problem { title?: string; detail?: string; message?: string; type?: string; kind?: string; error?: string; errorType?: string; errors?: { detail?: string }[] }

/** Asks for JSON; throws an ApiError, or an AbortError when `signal` fired. */
export async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await send(path, init);
  if (!response.ok) throw await failure(path, response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export const get = <T>(path: string, signal?: AbortSignal) => request<T>(path, { signal: signal ?? null });

/** Changes something. The JSON content type makes browsers ask before another origin may send it. */
export const post = <T>(path: string, body: unknown) =>
  request<T>(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const remove = <T>(path: string) => request<T>(path, { method: "DELETE" });

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: "same-origin", ...init, headers: { Accept: "application/json", ...init.headers } });
  } catch (err) {
    if (err instanceof DOMException && err.name === "AbortError") throw err;
    throw new ApiError(0, "Luneo does not answer.", "offline", `${path}: ${String(err)}`);
  }
}

async function failure(path: string, response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => "");
  let problem: Problem = {};
  try { problem = JSON.parse(text); if (typeof problem === "string") problem = { detail: problem }; } catch { /* not JSON: a proxy's page */ }
  const message = problem.errors?.[0]?.detail ?? problem.detail ?? problem.error ?? problem.message ?? problem.title ?? `Luneo answered ${response.status}.`;
  return new ApiError(response.status, message, problem.errorType ?? problem.kind ?? problem.type ?? "", `${response.status} ${path}\n${text.slice(0, 2000)}`);
}
