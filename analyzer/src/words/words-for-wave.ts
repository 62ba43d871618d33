import { DEFAULT_WAVE_SETTINGS, type Wave, type WaveSettings } from '../wave.ts';
import type { Words } from './words.ts';
import { wordsForCrashLoop } from './words-for-crash-loop.ts';
import { wordsForNetworkDrop } from './words-for-network-drop.ts';
import { wordsForProxyReload } from './words-for-proxy-reload.ts';
import { wordsForRoll } from './words-for-roll.ts';
import { wordsForUnexpectedRestart } from './words-for-unexpected-restart.ts';

/** A wave in the words of its kind. `window` is the one that the wave's reconnect health was measured with. */
export function wordsForWave(
  wave: Wave,
  window: WaveSettings['reconnectWindow'] = DEFAULT_WAVE_SETTINGS.reconnectWindow,
): Words {
  if (wave.kind === 'crash_loop') return wordsForCrashLoop(wave, window);
  if (wave.kind === 'unexpected_restart') return wordsForUnexpectedRestart(wave, window);
  if (wave.kind === 'network_drop') return wordsForNetworkDrop(wave, window);
  if (wave.kind === 'proxy_reload') return wordsForProxyReload(wave, window);
  return wordsForRoll(wave, window);
}
