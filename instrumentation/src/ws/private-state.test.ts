import { describe, expect, it } from 'vitest';
import { privateState } from './private-state.ts';

describe('privateState', () => {
  it('keeps what is set of an object, which shows nothing of it', () => {
    const state = privateState<string>();
    const object = { own: 1 };
    state.set(object, 'first');
    expect(state.get(object)).toBe('first');
    state.set(object, 'second');
    expect(state.get(object)).toBe('second');
    state.delete(object);
    expect(state.get(object)).toBeUndefined();
    state.set(object, 'third');
    expect(state.get(object)).toBe('third');
    expect(Reflect.ownKeys(object)).toEqual(['own']);
    expect(structuredClone(object)).toEqual({ own: 1 });
  });

  it('knows nothing of an object that nothing was set of, nor of what another one keeps', () => {
    const [state, other] = [privateState<string>(), privateState<string>()];
    const object = {};
    other.set(object, "the other's");
    state.delete(object);
    expect(state.get(object)).toBeUndefined();
    state.set(object, 'ours');
    expect([state.get(object), other.get(object)]).toEqual(['ours', "the other's"]);
  });
});
