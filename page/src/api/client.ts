/** The API's errors: RFC 9457 documents with the request's id. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly requestId: string | null,
  ) {
    super(`${title}: ${detail}`);
  }
}

let csrfToken: string | null = null;

/** Requests that change something must prove that they come from this page. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

export async function call<Answer>(
  path: string,
  options: { method?: string; body?: unknown; signal?: AbortSignal } = {},
) {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.method && options.method !== "GET" && csrfToken) headers["X-CSRF-Token"] = csrfToken;
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? "GET",
      headers,
      credentials: "same-origin",
      signal: options.signal ?? null,
      body: options.body === undefined ? null : JSON.stringify(options.body),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "No answer", "The server does not answer. Is `andon up` still running?", null);
  }
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

async function problemOf(response: Response): Promise<Problem> {
  const id = response.headers.get("x-request-id");
  try {
    const told = (await response.json()) as { title?: string; detail?: string; requestId?: string };
    return new Problem(
      response.status,
      told.title ?? response.statusText,
      told.detail ?? "The server gave no reason.",
      told.requestId ?? id,
    );
  } catch {
    return new Problem(response.status, response.statusText || "Error", "The server gave no reason.", id);
  }
}

/** The path with its query; parameters that are undefined are left out. */
export function pathOf(path: string, query: Record<string, string | undefined> = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const text = new URLSearchParams(given).toString();
  return text ? `${path}?${text}` : path;
}

/** The same numbers from a shell. */
export function curlOf(path: string): string {
  return `curl -sS --fail-with-body -H "Authorization: Bearer $ANDON_KEY" "${location.origin}${path}"`;
}
