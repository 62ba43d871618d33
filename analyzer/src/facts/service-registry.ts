import type { RecordOf } from './connection-set.ts';
import { ServiceFacts } from './service-facts.ts';

/** The services that rows have been heard of, by name and environment. */
export class ServiceRegistry {
  readonly #byName = new Map<string, Map<string | null, ServiceFacts>>();
  readonly #all = new Set<ServiceFacts>();
  readonly #recordOf: RecordOf;

  constructor(recordOf: RecordOf) {
    this.#recordOf = recordOf;
  }

  get size(): number {
    return this.#all.size;
  }

  /** In the order in which they were first heard of. */
  values(): Iterable<ServiceFacts> {
    return this.#all;
  }

  /** The service of this name and environment; a new one where it is not known. */
  of(name: string, environment: string | null): ServiceFacts {
    let environments = this.#byName.get(name);
    if (!environments) {
      environments = new Map();
      this.#byName.set(name, environments);
    }
    let service = environments.get(environment);
    if (!service) {
      service = new ServiceFacts(name, environment, this.#recordOf);
      environments.set(environment, service);
      this.#all.add(service);
    }
    return service;
  }

  /** Forgets a service that has no connections. */
  delete(service: ServiceFacts): void {
    const environments = this.#byName.get(service.service);
    environments?.delete(service.environment);
    if (environments?.size === 0) this.#byName.delete(service.service);
    this.#all.delete(service);
  }
}
