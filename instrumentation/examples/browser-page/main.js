import './telemetry.js';

const log = document.getElementById('log');

/** Connects, and comes back 1 to 5 s after every close. */
function connect() {
  const socket = new WebSocket(`ws://${location.host}/rooms/7`);
  socket.addEventListener('open', () => say('open'));
  socket.addEventListener('close', ({ code }) => {
    say(`close ${code}`);
    setTimeout(connect, 1000 + Math.random() * 4000);
  });
}

function say(text) {
  log.append(Object.assign(document.createElement('li'), { textContent: text }));
}

connect();
