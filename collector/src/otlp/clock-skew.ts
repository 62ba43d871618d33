/** Services that are told apart: a fleet has fewer, and what comes after them is counted together. */
const MAX_SERVICES = 200;
const REST = 'other';
/** Share of the newest event in the typical value: that of the last hundred or so. */
const NEWEST = 1 / 64;

/** How far a service's clock is ahead of ours, in milliseconds; what is behind, or came late, is below zero. */
export interface ServiceSkew {
  /** By its latest events: their end, less their receipt, as an exponentially weighted mean. An exporter's wait counts as behind. */
  typical: number;
  /** The largest since the start. */
  largest: number;
}

/** Keeps by service what its events' own times say of its clock. */
export class ClockSkew {
  readonly #services = new Map<string, ServiceSkew>();
  #service = '';
  #skew: ServiceSkew | undefined;

  /** Takes an event that ended `ahead` milliseconds after its receipt. */
  observe(service: string, ahead: number): void {
    if (this.#skew === undefined || service !== this.#service) {
      this.#service = service;
      this.#skew = this.#of(service, ahead);
    }
    this.#skew.typical += (ahead - this.#skew.typical) * NEWEST;
    if (ahead > this.#skew.largest) this.#skew.largest = ahead;
  }

  /** By the service's name. */
  get services(): ReadonlyMap<string, ServiceSkew> {
    return this.#services;
  }

  #of(service: string, ahead: number): ServiceSkew {
    const name = this.#services.has(service) || this.#services.size < MAX_SERVICES ? service : REST;
    let skew = this.#services.get(name);
    if (skew === undefined) {
      skew = { typical: ahead, largest: ahead };
      this.#services.set(name, skew);
    }
    return skew;
  }
}
