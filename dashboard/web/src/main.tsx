import { render } from 'preact';
import { App } from './app.tsx';
import { startLiveUpdates } from './live-updates.ts';
import { followAddress } from './route.ts';
import { isPhone } from './state.ts';
import './style/tokens.css';
import './style/base.css';
import './style/bar.css';
import './style/controls.css';
import './style/verdict.css';
import './style/timeline.css';
import './style/tables.css';
import './style/phone.css';

const narrow = matchMedia('(max-width: 640px)');
isPhone.value = narrow.matches;
narrow.addEventListener('change', () => {
  isPhone.value = narrow.matches;
});

followAddress();
startLiveUpdates();
render(<App />, document.getElementById('app') as HTMLElement);
