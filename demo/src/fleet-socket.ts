import { WebSocket } from 'ws';
import type { ClientPlan } from './story.ts';

/** A class of sockets that `reconnecting-websocket` can make: `new FleetSocket(url, protocols)`. */
export type FleetSocketClass = new (url: string, protocols?: string | string[]) => WebSocket;

/** The sockets of one client: they say who connects, in headers. `made` is told of each. */
export function fleetSocketClass(plan: ClientPlan, made: (socket: WebSocket) => void): FleetSocketClass {
  return class FleetSocket extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols, {
        perMessageDeflate: false,
        headers: { 'x-client-name': plan.name, 'x-client-version': plan.version, 'x-client-id': plan.id },
      });
      // reconnecting-websocket takes its own listeners off before it aborts a handshake, which emits one more error.
      this.on('error', () => {});
      made(this);
    }

    /** The bug's home: whatever is sent goes into a text frame, which is right for strings alone. */
    override send(data: Parameters<WebSocket['send']>[0]): void {
      super.send(data, { binary: false });
    }
  };
}
