import type { Ending, Fleet, Link, Process } from './fleet.ts';

/** What is done to a fleet, by the name that it should be given; `none` is a quiet service, or something that only looks like a wave. */
export type Truth =
  | 'none'
  | 'deploy_wave'
  | 'restart_wave'
  | 'unexpected_restart'
  | 'crash_loop'
  | 'network_drop'
  | 'proxy_reload';

export const TRUTHS: readonly Truth[] = [
  'none',
  'deploy_wave',
  'restart_wave',
  'unexpected_restart',
  'crash_loop',
  'network_drop',
  'proxy_reload',
];

/** What a scenario says about itself. */
export interface Played {
  /** For the list of what went wrong. */
  how: string;
  /** A deploy that somebody marked. */
  marker: { version: string; at: number } | null;
  /** False where chance made something else of it than its name says: such a case is drawn anew. Known when it is over. */
  isFair?: () => boolean;
}

const OLD = '1.8.1';
const NEW = '1.8.2';
/** Cuts of no more connections than these are not told of, and not drawn. */
const FEWEST = 7;
/** The version that every fleet starts with. */
export const FIRST_VERSION = OLD;

/** Does to a fleet, from second `at` on, what makes a wave of one kind. Nothing is done before `at` but what needs to be (a proxy that was reloaded). */
export function play(truth: Truth, fleet: Fleet, at: number): Played {
  const { random } = fleet;
  switch (truth) {
    case 'none':
      return confound(fleet, at);
    case 'deploy_wave': {
      const marker = random.chance(0.5) ? { version: NEW, at: at - random.between(-60, 300) } : null;
      return { ...roll(fleet, at, NEW), marker };
    }
    case 'restart_wave':
      return { ...roll(fleet, at, OLD), marker: null };
    case 'unexpected_restart':
      return killOne(fleet, at);
    case 'crash_loop':
      return crash(fleet, at);
    case 'network_drop':
      return cutNetwork(fleet, at);
    case 'proxy_reload':
      return reloadProxies(fleet, at);
  }
}

/** All instances are replaced: one after another with a surge or with their names kept, all at once, or old against new. */
function roll(fleet: Fleet, at: number, version: string): Omit<Played, 'marker'> {
  const { random, shape, queue } = fleet;
  const order = random.shuffled(fleet.processes.map((process, slot) => ({ process, slot })));
  const pause = () => random.logBetween(1, 60);
  const startNext = (slot: number) =>
    fleet.startProcess(shape.keepsIds ? `gateway-${slot}` : fleet.newName(slot), version);
  const ready = (process: Process, then: () => void) =>
    queue.add(fleet.now + shape.start * random.between(0.8, 1.5), () => {
      process.isReady = true;
      then();
    });
  const how = random.weighted<'rolling' | 'recreate' | 'blue-green'>([
    [6, 'rolling'],
    [1, 'recreate'],
    [1, shape.keepsIds ? 'rolling' : 'blue-green'],
  ]);

  // Where all go at once without a word and with the same version, nothing tells an order from an accident: that is not drawn.
  const isTold = shape.manner !== 'exit' || version === NEW || (how === 'rolling' && shape.instances > 1);
  const manner = isTold ? shape.manner : 1012;
  const atOnce =
    how === 'rolling' && !shape.keepsIds ? Math.max(1, Math.round(shape.instances * random.pick([0, 0.1, 0.25]))) : 1;
  const next = () => {
    const one = order.shift();
    if (one === undefined) return;
    if (shape.keepsIds) {
      fleet.shutDown(one.process, manner, () => ready(startNext(one.slot), () => queue.add(fleet.now + pause(), next)));
    } else {
      ready(startNext(one.slot), () => {
        fleet.shutDown(one.process, manner);
        queue.add(fleet.now + pause(), next);
      });
    }
  };
  queue.add(at, () => {
    if (how === 'rolling') for (let lane = 0; lane < atOnce; lane += 1) next();
    else if (how === 'recreate')
      for (const { process, slot } of order)
        fleet.shutDown(process, manner, () => ready(startNext(slot), () => undefined));
    else
      for (const { process, slot } of order)
        ready(startNext(slot), () =>
          queue.add(fleet.now + shape.start + random.between(5, 20), () => fleet.shutDown(process, manner)),
        );
  });
  return { how: `${how}, ${manner}` };
}

/** kill -9, or no memory left: one process, which its supervisor starts again with the same id or a new one. */
function killOne(fleet: Fleet, at: number): Played {
  const { random, queue, shape } = fleet;
  const slot = random.whole(0, shape.instances - 1);
  queue.add(at, () => {
    fleet.kill(fleet.processes[slot]!);
    queue.add(at + random.logBetween(2, 40), () => {
      fleet.startProcess(shape.keepsIds ? `gateway-${slot}` : fleet.newName(slot), OLD).isReady = true;
    });
  });
  return { how: shape.keepsIds ? 'same id' : 'new id', marker: null };
}

/** Waits of a kubelet between the starts of a container that does not stay up. */
const BACKOFF = [10, 20, 40, 80, 160, 300];

/** One slot, or all that a deploy brought, ends again and again. */
function crash(fleet: Fleet, at: number): Played {
  const { random, queue, shape } = fleet;
  const slot = random.whole(0, shape.instances - 1);
  const times = random.whole(3, 5);
  const liveness = random.chance(0.25);
  const first = random.weighted([
    [3, 0],
    [1, 1],
  ]);
  // A life that nobody connected to leaves no trace: it crashes under what it is there for.
  let longestWait = 0;
  const endOnceUsed = (process: Process, end: () => void, wait = random.logBetween(8, 70), waited = 0) =>
    queue.add(fleet.now + wait, () => {
      longestWait = Math.max(longestWait, waited);
      if (process.open.size >= 1) end();
      else endOnceUsed(process, end, 5, waited + 5);
    });
  const ends: number[] = [];
  const again = (process: Process, crashes: number) => {
    ends.push(fleet.now);
    const back = () => {
      queue.add(fleet.now + BACKOFF[Math.min(crashes + first, 5)]! + random.between(0, 4), () => {
        const next = fleet.startProcess(shape.keepsIds ? `gateway-${slot}` : fleet.newName(slot), OLD);
        next.isReady = true;
        if (crashes + 1 < times) endOnceUsed(next, () => again(next, crashes + 1));
      });
    };
    if (liveness) fleet.shutDown(process, shape.manner, back);
    else {
      fleet.kill(process);
      back();
    }
  };
  queue.add(at, () => again(fleet.processes[slot]!, 0));
  return {
    how: `${times} times, ${liveness ? 'by its probe' : 'killed'}, ${shape.keepsIds ? 'same id' : 'new ids'}`,
    marker: null,
    // Three times in a quarter of an hour, by the definition, and with lives that are short.
    isFair: () => ends.length >= 3 && ends[2]! - ends[0]! < 14 * 60 && longestWait < 40,
  };
}

/** Clients, or a zone's instances, are cut off for a while: sockets break within seconds, or are given up when a ping stays without an answer. */
function cutNetwork(fleet: Fleet, at: number): Played {
  const { random, queue, shape } = fleet;
  const outage = random.logBetween(5, 90);
  const share = random.between(0.15, 0.95);
  const zone = shape.instances >= 3 && random.chance(0.25);
  const hitSlots = new Set(
    random.shuffled(fleet.processes.map((_, slot) => slot)).slice(0, random.whole(1, Math.floor(shape.instances / 2))),
  );
  const within = random.between(0.5, 6);
  let lost = 0;
  const pinged = random.chance(0.3) ? random.between(0.3, 1) : 0;
  queue.add(at, () => {
    const links: Link[] = fleet.processes.flatMap((process, slot) =>
      zone && !hitSlots.has(slot) ? [] : [...process.open],
    );
    for (const link of links) {
      if (!zone && !random.chance(share)) continue;
      lost += 1;
      link.client.offlineUntil = zone ? 0 : at + outage;
      const byPing = random.chance(pinged);
      const ending: Ending = {
        server: { code: 1006, initiator: byPing ? 'local' : 'transport' },
        client: { code: 1006, initiator: 'transport' },
      };
      queue.add(at + random.next() * within, () => fleet.end(link, ending));
    }
    if (!zone) return;
    // The balancer does not reach the zone either, and sends its clients elsewhere.
    for (const slot of hitSlots) fleet.processes[slot]!.isReady = false;
    queue.add(at + outage, () => {
      for (const slot of hitSlots) fleet.processes[slot]!.isReady = true;
    });
  });
  return {
    how: zone ? 'a zone' : `${Math.round(share * 100)} % of the clients for ${Math.round(outage)} s`,
    marker: null,
    isFair: () => lost > FEWEST,
  };
}

/** A proxy takes its new configuration: old workers keep their connections until a timeout, or the process is replaced and they go at once. */
function reloadProxies(fleet: Fleet, at: number): Played {
  const { random, queue, shape } = fleet;
  const proxies = Math.max(1, shape.proxies);
  const timeout = random.chance(0.7) ? random.pick([10, 30, 60, 120, 240, 300]) : 0;
  const inTurn = proxies > 1 && random.chance(0.5);
  const frames = random.chance(0.2);
  const reloads = random.chance(0.3) ? 2 : 1;
  const ending: Ending = frames
    ? { server: { code: 1005, initiator: 'remote' }, client: { code: 1005, initiator: 'remote' } }
    : { server: { code: 1006, initiator: 'transport' }, client: { code: 1006, initiator: 'transport' } };
  const pause = random.between(20, 90);
  let lost = 0;
  const drop = (proxy: number | null, reloadedAt: number) =>
    queue.add(reloadedAt + timeout, () => {
      for (const link of fleet.allLinks())
        if ((proxy === null || link.proxy === proxy) && link.openedAt < reloadedAt + 0.01) {
          lost += 1;
          queue.add(fleet.now + random.next() * 0.8, () => fleet.end(link, ending));
        }
    });
  for (let reload = 0; reload < reloads; reload += 1) {
    const reloadedAt = at - timeout + reload * random.between(200, 400);
    if (inTurn) for (let proxy = 0; proxy < proxies; proxy += 1) drop(proxy, reloadedAt + proxy * pause);
    else drop(shape.proxies <= 1 || random.chance(0.7) ? null : 0, reloadedAt);
  }
  const each = inTurn ? `${proxies} in turn` : 'at once';
  return {
    how: `${each}, ${timeout === 0 ? 'dropped' : `after ${timeout} s`}, ${frames ? '1005' : '1006'}`,
    marker: null,
    isFair: () => lost > FEWEST,
  };
}

/** Nothing, or what may be taken for a wave: many who leave at once, one instance that is scaled down in order, a canary. */
function confound(fleet: Fleet, at: number): Played {
  const { random, queue, shape } = fleet;
  const how = random.weighted<'quiet' | 'all leave' | 'scaled down' | 'canary'>([
    [2, 'quiet'],
    [1, 'all leave'],
    [1, shape.instances >= 3 && shape.manner !== 'exit' && shape.manner !== 'terminate' ? 'scaled down' : 'quiet'],
    [1, shape.instances >= 3 ? 'canary' : 'quiet'],
  ]);
  if (how === 'all leave')
    queue.add(at, () => {
      const share = random.between(0.3, 0.9);
      const within = random.between(10, 60);
      for (const link of fleet.allLinks()) {
        if (!random.chance(share)) continue;
        link.client.offlineUntil = Number.POSITIVE_INFINITY;
        const code = random.chance(shape.withoutCode) ? 1005 : 1001;
        const ending: Ending = { server: { code, initiator: 'remote' }, client: { code, initiator: 'local' } };
        queue.add(at + random.next() * within, () => fleet.end(link, ending));
      }
    });
  if (how === 'scaled down') queue.add(at, () => fleet.shutDown(fleet.processes[0]!, shape.manner));
  if (how === 'canary')
    queue.add(at, () => {
      fleet.startProcess(fleet.newName(99), NEW).isReady = true;
    });
  return { how, marker: null };
}
