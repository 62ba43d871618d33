/** What one process said of its open connections at one time: a point of `websocket.connections.active`. */
export interface GaugeSample {
  service: string;
  serviceVersion: string | null;
  instance: string | null;
  environment: string | null;
  role: 'client' | 'server';
  /** The point's own time, epoch milliseconds. */
  time: number;
  /** Epoch milliseconds. */
  receivedAt: number;
  /** Connections open at `time`. */
  connections: number;
}
