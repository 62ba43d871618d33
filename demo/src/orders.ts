import type { ClientPlan } from './story.ts';

/** What the fleet tells a gateway process. Port 0 asks for any free one. */
export type GatewayOrder = { type: 'listen'; port: number } | { type: 'drain' } | { type: 'freeze' };

/** What a gateway process answers. After `drained` it exits by itself. */
export type GatewayReport =
  | { type: 'ready' }
  | { type: 'listening'; port: number }
  | { type: 'drained'; connections: number }
  | { type: 'frozen' };

/** What the fleet tells a process of clients. `ports` is indexed by slot. */
export type ClientsOrder =
  | { type: 'connect'; clients: ClientPlan[]; ports: number[]; seed: number }
  | { type: 'stray'; clientId: string; bytes: Uint8Array }
  | { type: 'bug_on'; clientVersion: string; messageIndex: number; bytes: Uint8Array }
  | { type: 'bug_off' }
  | { type: 'hush' }
  | { type: 'freeze' };

/** What a process of clients answers: `hushed` once every message is through and no client will come back any more. */
export type ClientsReport = { type: 'ready' } | { type: 'connected' } | { type: 'hushed' } | { type: 'frozen' };
