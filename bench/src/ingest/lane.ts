/** One exporter's connection, or one stream of it: a request at a time, as an exporter waits for its answer. */
export interface Lane {
  /** Sends what `requestOf` of the same transport made; tells whether it was acknowledged. One at a time. */
  send(request: Buffer, answered: (acknowledged: boolean) => void): void;
}

/** Lanes to one receiver. */
export interface Lanes {
  lanes: Lane[];
  close(): void;
}

/** How requests travel. As lean as Node allows, since the sender works on the cores of the receiver. */
export interface Transport {
  /** Bytes that stand before a body. */
  headOf(bodyLength: number, gzip: boolean): Buffer;
  open(port: number, count: number, gzip: boolean): Promise<Lanes>;
}
