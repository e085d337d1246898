import { render } from 'preact';

import { App } from './app.js';
import { connect } from './chain/session.js';
import { checkEndpoint } from './model/problems.js';
import { DEFAULT_ENDPOINT } from './state.js';
import 'uplot/dist/uPlot.min.css';
import './style.css';

// `?rpc=ws://…` in the address of the page wins over what was used last.
const asked = new URLSearchParams(window.location.search).get('rpc') ?? stored() ?? DEFAULT_ENDPOINT;
const checked = checkEndpoint(asked);

function stored(): string | null {
  try {
    return localStorage.getItem('endpoint');
  } catch {
    return null;
  }
}

render(<App />, document.getElementById('app') as HTMLElement);
connect('endpoint' in checked ? checked.endpoint : DEFAULT_ENDPOINT);
