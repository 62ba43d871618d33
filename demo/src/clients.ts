import { FleetClient } from './fleet-client.ts';
import type { ClientsOrder, ClientsReport } from './orders.ts';
import { seededRandom } from './seeded-random.ts';
import { exportTheRest } from './telemetry.ts';

/** Milliseconds between two clients' first connects, so that the start is no wave. */
const FIRST_CONNECT_GAP_MS = 12;

const clients = new Map<string, FleetClient>();

function report(message: ClientsReport): void {
  process.send?.(message);
}

function connect(order: Extract<ClientsOrder, { type: 'connect' }>): void {
  const waiting = new Set(order.clients.map(plan => plan.id));
  for (const [index, plan] of order.clients.entries()) {
    setTimeout(() => {
      const onOpen = (): void => {
        if (waiting.delete(plan.id) && waiting.size === 0) report({ type: 'connected' });
      };
      const port = order.ports[plan.slot] as number;
      clients.set(plan.id, new FleetClient(plan, port, seededRandom(order.seed + index), onOpen));
    }, index * FIRST_CONNECT_GAP_MS);
  }
}

async function obey(order: ClientsOrder): Promise<void> {
  switch (order.type) {
    case 'connect':
      connect(order);
      break;
    case 'stray':
      clients.get(order.clientId)?.sendStray(order.bytes);
      break;
    case 'bug_on':
      for (const client of clients.values()) {
        if (client.plan.version === order.clientVersion) client.catchBug(order);
      }
      break;
    case 'bug_off':
      for (const client of clients.values()) client.loseBug();
      break;
    case 'hush':
      await Promise.all([...clients.values()].map(client => client.hush()));
      report({ type: 'hushed' });
      break;
    case 'freeze':
      await exportTheRest();
      report({ type: 'frozen' });
  }
}

process.on('message', (order: ClientsOrder) => {
  obey(order).catch((error: Error) => {
    process.stderr.write(`clients ${process.pid}: ${order.type}: ${error.message}\n`);
    process.exit(1);
  });
});
// The fleet ends this process; Ctrl-C reaches the whole group, and would make closes that are not part of the story.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
report({ type: 'ready' });
