/** A request to the API that failed, in words that the page may show. */
class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

/** Gets JSON from the API. `path` is relative to /api/v1/; parameters that are undefined are left out. */
export async function getJson<T>(
  path: string,
  parameters: Record<string, string | number | undefined> = {},
): Promise<T> {
  const response = await fetch(apiAddress(path, parameters), { headers: { accept: 'application/json' } });
  if (response.ok) return response.json();
  const problem = await response.json().catch(() => ({}));
  throw new ApiError(response.status, problem.detail ?? `The server answered ${response.status}`);
}

/** The address of a part of the API, relative to the page. */
export function apiAddress(path: string, parameters: Record<string, string | number | undefined> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? `api/v1/${path}` : `api/v1/${path}?${text}`;
}
