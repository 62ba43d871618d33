/** What happens at which second, in order of time: a binary heap. */
export class EventQueue {
  private readonly heap: { time: number; order: number; act: () => void }[] = [];
  private order = 0;

  add(time: number, act: () => void): void {
    const { heap } = this;
    let at = heap.length;
    heap.push({ time, order: this.order++, act });
    while (at > 0 && this.isBefore(at, (at - 1) >> 1)) {
      this.swap(at, (at - 1) >> 1);
      at = (at - 1) >> 1;
    }
  }

  /** Does everything until `until`; `clock` is told of each time before. */
  run(until: number, clock: (time: number) => void): void {
    while (this.heap.length > 0 && this.heap[0]!.time <= until) {
      const { time, act } = this.take();
      clock(time);
      act();
    }
    clock(until);
  }

  private take(): { time: number; act: () => void } {
    const { heap } = this;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && this.isBefore(child, least)) least = child;
      if (least === at) return first;
      this.swap(at, least);
      at = least;
    }
  }

  private isBefore(one: number, other: number): boolean {
    const [a, b] = [this.heap[one]!, this.heap[other]!];
    return a.time < b.time || (a.time === b.time && a.order < b.order);
  }

  private swap(one: number, other: number): void {
    [this.heap[one], this.heap[other]] = [this.heap[other]!, this.heap[one]!];
  }
}
