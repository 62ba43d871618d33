/** Reads a stream of server-sent events, one at a time, as `event` and parsed `data`; comments are kept in `comments`. */
export class SseReader {
  readonly comments: string[] = [];
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';

  constructor(response: Response) {
    if (response.body === null) throw new Error(`expected a stream, got an answer without a body (${response.status})`);
    this.#chunks = response.body[Symbol.asyncIterator]();
  }

  /** The next event of a type, passing over others; throws when the stream ends before. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the event holds.
  async next(type: string): Promise<any> {
    for (;;) {
      const event = await this.#nextEvent();
      if (event.type === type) return JSON.parse(event.data);
    }
  }

  async #nextEvent(): Promise<{ type: string; data: string }> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end < 0) {
        const { value, done } = await this.#chunks.next();
        if (done) throw new Error('expected an event, got the end of the stream');
        this.#text += this.#decoder.decode(value, { stream: true });
        continue;
      }
      const lines = this.#text.slice(0, end).split('\n');
      this.#text = this.#text.slice(end + 2);
      this.comments.push(...lines.filter(line => line.startsWith(':')));
      const data = field(lines, 'data');
      if (data !== undefined) return { type: field(lines, 'event') ?? 'message', data };
    }
  }
}

function field(lines: readonly string[], name: string): string | undefined {
  return lines.find(line => line.startsWith(`${name}: `))?.slice(name.length + 2);
}
