// SPDX-License-Identifier: LGPL-2.1-or-later
// The page: controls, texts, keys. Samples never come here; the engine in the
// worker sends a status four times a second.

import { SENSITIVITIES, WINDOWS, age, amplitude, clock, step } from './scales.js';

const $ = (id) => document.getElementById(id);
const root = document.documentElement;
const query = new URLSearchParams(location.search);
const number = (name, fallback) => {
  const v = Number(query.get(name));
  return query.has(name) && isFinite(v) && v > 0 ? v : fallback;
};

const view = {
  sensitivity: number('sensitivity', 7),
  seconds: number('seconds', innerWidth < 600 ? 5 : 10), // a phone has no room for more
  inverted: query.get('polarity') === 'negative',
  centred: query.get('centred') !== '0',
  frozen: false,
  spectrum: query.get('spectrum') !== '0',
  selected: 0,
};
let names = [];
let rate = 0;
let last = null; // newest status
let send = () => {};

// ---- theme -----------------------------------------------------------------

const dark = matchMedia('(prefers-color-scheme: dark)');
let chosen = query.get('theme') ?? stored('eeg-theme');

function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage may be forbidden; the system's choice then holds
  }
}

function applyTheme() {
  root.dataset.theme = chosen === 'dark' || chosen === 'light' ? chosen : dark.matches ? 'dark' : 'light';
}

function palette() {
  const style = getComputedStyle(root);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  const theme = {};
  for (const name of ['paper', 'panel', 'ink', 'line', 'grid', 'faint', 'axis', 'accent', 'ghost', 'alpha', 'cursor', 'gap', 'hatch']) theme[name] = of(name);
  theme.traces = [of('trace-a'), of('trace-b')];
  return theme;
}

function toggleTheme() {
  chosen = root.dataset.theme === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem('eeg-theme', chosen);
  } catch {
    // the choice then lasts as long as the page
  }
  applyTheme();
  send({ op: 'theme', theme: palette() });
}

dark.addEventListener('change', () => {
  applyTheme();
  send({ op: 'theme', theme: palette() });
});

// ---- start -----------------------------------------------------------------

function sizes() {
  const t = $('trace-canvas');
  const s = $('spectrum-canvas');
  return {
    width: t.clientWidth,
    height: t.clientHeight,
    spectrumWidth: s.clientWidth || 300,
    spectrumHeight: s.clientHeight || 200,
    dpr: Math.min(4, devicePixelRatio || 1),
  };
}

async function start() {
  applyTheme();
  $('spectrum').hidden = !view.spectrum;
  const stream = query.has('stream') ? number('stream', null) : null;
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const url = `${scheme}//${location.host}/ws`;
  const init = { op: 'init', url, stream, theme: palette(), ...sizes(), ...view, fit: !query.has('sensitivity') };
  const traces = $('trace-canvas');
  const spectrum = $('spectrum-canvas');
  if (traces.transferControlToOffscreen && window.Worker) {
    const worker = new Worker('worker.js', { type: 'module' });
    worker.onmessage = ({ data }) => receive(data);
    worker.onerror = (event) => alertUser(`The viewer stopped: ${event.message || 'its worker did not start'}. Reload the page.`);
    init.traces = traces.transferControlToOffscreen();
    init.spectrum = spectrum.transferControlToOffscreen();
    worker.postMessage(init, [init.traces, init.spectrum]);
    send = (message) => worker.postMessage(message);
  } else {
    const { Engine } = await import('./engine.js');
    const engine = new Engine({ ...init, traces, spectrum }, receive);
    send = (message) => engine.command(message);
  }
  let wait = 0;
  const resized = () => {
    clearTimeout(wait);
    wait = setTimeout(() => {
      send({ op: 'resize', ...sizes() });
      layoutLabels();
    }, 60);
  };
  new ResizeObserver(resized).observe($('traces'));
  new ResizeObserver(resized).observe($('spectrum'));
  addEventListener('resize', resized);
  addEventListener('online', () => send({ op: 'hurry' }));
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) send({ op: 'hurry' });
  });
  show();
}

function alertUser(text) {
  $('alert').textContent = text;
  $('alert').hidden = false;
}

// ---- what the engine says -----------------------------------------------------

function receive(m) {
  if (m.op === 'status') status(m);
  else if (m.op === 'stream') streamChanged(m);
  else if (m.op === 'view') {
    view.sensitivity = m.sensitivity;
    show();
  } else if (m.op === 'notice' && m.level === 'error') alertUser(m.text);
}

function streamChanged(m) {
  names = m.names;
  rate = m.rate;
  view.selected = m.selected;
  setFrozen(false);
  $('title').textContent = m.name ? `EEG viewer: ${m.name}` : 'EEG viewer';
  document.title = m.name ? `${m.name} - EEG viewer` : 'EEG viewer';
  const list = $('labels');
  list.replaceChildren(...names.map((name, channel) => {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.textContent = name;
    button.title = name;
    button.addEventListener('click', () => select(channel));
    item.append(button);
    return item;
  }));
  $('table').tBodies[0].replaceChildren(...names.map((name) => {
    const row = document.createElement('tr');
    const head = document.createElement('th');
    head.scope = 'row';
    head.textContent = name;
    row.append(head, document.createElement('td'), document.createElement('td'));
    return row;
  }));
  root.dataset.channels = names.length;
  root.dataset.rate = rate;
  layoutLabels();
  select(view.selected);
}

/** Labels as large as their row lets them be; every second, third... when rows are tiny. */
function layoutLabels() {
  const list = $('labels');
  const row = list.clientHeight / Math.max(1, names.length);
  const size = Math.max(8, Math.min(13, row * 0.8));
  const every = Math.max(1, Math.ceil(8 / Math.max(1, row)));
  list.style.fontSize = `${size}px`;
  [...list.children].forEach((item, i) => {
    item.firstChild.style.fontSize = `${size}px`;
    item.style.visibility = i % every ? 'hidden' : '';
  });
}

const STATES = {
  connecting: 'Connecting',
  waiting: 'Waiting for data',
  live: 'Live',
  stale: 'No new data',
  reconnecting: 'Reconnecting',
  ended: 'Ended',
  refused: 'Access refused',
};

let said = '';
let tableAt = 0;

function status(m) {
  last = m;
  root.dataset.state = m.state;
  root.dataset.samples = m.samples;
  root.dataset.lost = m.lost;
  root.dataset.gaps = m.gaps;
  root.dataset.peak = m.peak ? m.peak.hz.toFixed(2) : '';
  root.dataset.age = m.age === null ? '' : Math.round(m.age);
  root.dataset.session = m.session ?? '';
  root.dataset.reconnects = m.reconnects;
  root.dataset.columns = m.columns;
  window.__eeg = { ...m, view: { ...view }, names, rate };

  // The live region changes only with the state, not with each count-down.
  const text = STATES[m.state] + (m.detail && m.state !== 'live' ? `: ${m.detail}` : '');
  if (text !== said) {
    said = text;
    $('state').textContent = text;
  }
  $('age').textContent = age(m.age);
  $('lost').textContent = m.lost.toLocaleString('en').replaceAll(',', '\u202f');
  $('lost-fact').classList.toggle('lossy', m.lost > 0);
  $('lost-fact').title = m.lost ? `${m.lost} samples missing in ${m.gaps} gaps, ${(m.lost / rate).toFixed(2)} s` : 'No sample is missing';
  $('saturated').hidden = !m.saturated;
  $('elapsed').textContent = m.received !== null && rate ? clock(m.received / rate) : '–';
  $('empty').hidden = m.received !== null;
  $('empty').textContent = m.state === 'reconnecting' ? `No connection, trying again in ${Math.ceil(m.retryIn / 1000)} s` : 'Waiting for data';

  const badge = $('badge');
  badge.hidden = m.frozenBehind === null && m.state !== 'reconnecting';
  if (m.frozenBehind !== null) badge.textContent = `Frozen, ${clock(m.frozenBehind)} behind`;
  else if (m.state === 'reconnecting') badge.textContent = `Trying again in ${Math.ceil(m.retryIn / 1000)} s`;

  if (m.peak) {
    $('peak').textContent = `${m.peak.hz.toFixed(1)} Hz`;
    $('peak-note').textContent = m.peak.alpha ? 'alpha peak' : 'peak, outside alpha';
  } else {
    $('peak').textContent = '–';
    $('peak-note').textContent = m.received === null ? 'no peak yet' : 'no clear peak';
  }
  $('density').textContent = `${m.unit}²/Hz`;
  $('spectrum-origin').textContent = spectrumOrigin(m);
  $('spectrum-canvas').setAttribute('aria-label', `Power spectrum of ${names[view.selected] ?? 'no channel'}, ${m.peak ? `peak ${m.peak.hz.toFixed(1)} Hz` : 'no clear peak'}`);

  if (performance.now() - tableAt > 2000) {
    tableAt = performance.now();
    [...$('table').tBodies[0].rows].forEach((row, i) => {
      const level = m.levels[i];
      row.cells[1].textContent = level >= 0 ? amplitude(Number(level.toPrecision(3)), m.unit) : 'unknown';
      row.cells[2].textContent = !(level >= 0) ? 'no data' : level === 0 ? 'flat' : 'signal';
    });
  }
  settings();
}

/** Whose spectrum it is, and of how much signal. */
function spectrumOrigin(m) {
  if (!m.served) return 'last 8 s, Welch';
  return m.servedWindow ? `windows of ${Number(m.servedWindow.toPrecision(3))} s, from the server` : 'from the server';
}

// ---- controls -------------------------------------------------------------------

function settings() {
  const unit = last?.unit ?? 'µV';
  const parts = [
    `${view.sensitivity} ${unit}/mm`,
    `${view.seconds} s page`,
    view.inverted ? 'negative up' : 'positive up',
    view.centred ? 'centred' : 'not centred',
    `${names.length} channels`,
    rate ? `${rate} S/s` : 'rate unknown',
  ];
  const line = parts.join('  ·  ');
  if ($('settings').textContent !== line) {
    $('settings').textContent = line;
    $('trace-canvas').setAttribute('aria-label', `EEG traces: ${parts.join(', ')}${names.length ? `, ${names.join(' ')}` : ''}`);
  }
}

function show() {
  $('sens').textContent = `${view.sensitivity} ${last?.unit ?? 'µV'}/mm`;
  $('time').textContent = `${view.seconds} s`;
  $('freeze').setAttribute('aria-pressed', view.frozen);
  $('spectrum-toggle').setAttribute('aria-pressed', view.spectrum);
  root.dataset.sensitivity = view.sensitivity;
  root.dataset.seconds = view.seconds;
  root.dataset.frozen = view.frozen;
  settings();
}

function sensitivity(by) {
  view.sensitivity = step(SENSITIVITIES, view.sensitivity, by);
  send({ op: 'sensitivity', value: view.sensitivity });
  show();
}

function timeBase(by) {
  view.seconds = step(WINDOWS, view.seconds, by);
  send({ op: 'seconds', value: view.seconds });
  show();
}

function setFrozen(value) {
  view.frozen = value;
  send({ op: 'freeze', value });
  show();
}

function select(channel) {
  if (!names.length) return;
  view.selected = Math.max(0, Math.min(names.length - 1, channel));
  [...$('labels').children].forEach((item, i) => item.firstChild.setAttribute('aria-pressed', i === view.selected));
  $('spectrum-channel').textContent = names[view.selected];
  send({ op: 'select', channel: view.selected });
}

function toggleSpectrum() {
  view.spectrum = !view.spectrum;
  $('spectrum').hidden = !view.spectrum;
  send({ op: 'spectrum', value: view.spectrum });
  show();
}

function flip(name) {
  view[name] = !view[name];
  send({ op: name, value: view[name] });
  show();
}

const KEYS = {
  '+': () => sensitivity(-1),
  '=': () => sensitivity(-1),
  '-': () => sensitivity(1),
  '[': () => timeBase(-1),
  ']': () => timeBase(1),
  ' ': () => setFrozen(!view.frozen),
  a: () => send({ op: 'fit' }),
  c: () => flip('centred'),
  i: () => flip('inverted'),
  s: toggleSpectrum,
  d: toggleTheme,
  f: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen?.().catch(() => {})),
  ArrowUp: () => select(view.selected - 1),
  ArrowDown: () => select(view.selected + 1),
  '?': () => $('help').showModal(),
};

addEventListener('keydown', (event) => {
  if ($('help').open || event.altKey || event.metaKey) return;
  // Space on a focused button presses that button, as everywhere.
  if (event.key === ' ' && event.target instanceof HTMLButtonElement) return;
  if (event.ctrlKey) {
    if (event.key === '+' || event.key === '=') timeBase(-1);
    else if (event.key === '-') timeBase(1);
    else return;
    event.preventDefault();
    return;
  }
  const act = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});

const click = (id, act) => $(id).addEventListener('click', act);
click('sens-more', () => sensitivity(-1));
click('sens-less', () => sensitivity(1));
click('time-less', () => timeBase(-1));
click('time-more', () => timeBase(1));
click('fit', KEYS.a);
click('freeze', KEYS[' ']);
click('spectrum-toggle', toggleSpectrum);
click('theme', toggleTheme);
click('help-open', KEYS['?']);

start();
