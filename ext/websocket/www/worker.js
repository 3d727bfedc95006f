// SPDX-License-Identifier: LGPL-2.1-or-later
// Everything that must go on while the page is busy: socket, rings, drawing.

import { Engine } from './engine.js';

let engine = null;

onmessage = ({ data }) => {
  if (data.op === 'init') engine = new Engine(data, (message) => postMessage(message));
  else engine?.command(data);
};
