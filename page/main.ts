/** The status page: what the feed brings goes into the model, and the views show the model. */

import { type Problems, problemsOf } from './conflicts.js';
import { openFeed } from './feed.js';
import type { News } from './inbox.js';
import { applyEvent, applySweep, type Model, modelOf } from './model.js';
import { fetchReport, noReport } from './report.js';
import { type Connection, type Readiness, verdictOf } from './verdict.js';
import { createDetailsView } from './view/details.js';
import { say } from './view/dom.js';
import { createEventsView } from './view/events.js';
import { showHead } from './view/head.js';
import { createLinksView } from './view/links.js';
import type { Place } from './view/place.js';
import { createProblemsView } from './view/problems.js';
import { tick } from './view/time.js';

let model: Model | null = null;
/** Those of the model, or null where it has changed since: old ones beside a new model would make a verdict that never was. */
let problems: Problems | null = null;
let connection: Connection = { kind: 'connecting' };
let readiness: Readiness | null = null;
let report = noReport;
let pointed: Place | null = null;
let fault: string | null = null;

const problemsView = createProblemsView();
const eventsView = createEventsView();
const detailsView = createDetailsView();
const linksView = createLinksView((place) => {
  pointed = place;
  if (model) detailsView.update(model, pointed, report, feed.now());
});

const feed = openFeed({
  state(state, since) {
    // The server was replaced by another version, which has another page.
    if (model && model.version !== state.tool.version) location.reload();
    const { lastSweep = null } = model ?? {};
    model = { ...modelOf(state), lastSweep };
    for (const news of since) take(model, news);
    problems = null;
    changed();
  },
  news(news) {
    if (news.type === 'change') eventsView.add(news.change);
    if (news.type === 'missed') eventsView.miss();
    if (model) take(model, news);
    problems = null;
    changed();
  },
  connection(now) {
    connection = now;
    showVerdict();
  },
  readiness(now) {
    readiness = now;
    showVerdict();
  },
});

function take(into: Model, news: News): void {
  if (news.type === 'change') applyEvent(into, news.change);
  else if (news.type === 'sweep') applySweep(into, news.sweep);
}

let isScheduled = false;

/** However much changes at once. A frame would not do: where the page is hidden there is none, and its title is to be seen. */
const settleMs = 30;

function changed(): void {
  if (isScheduled) return;
  isScheduled = true;
  setTimeout(() => {
    isScheduled = false;
    show();
  }, settleMs);
}

function show(): void {
  const nowMs = feed.now();
  eventsView.update(nowMs);
  if (model) {
    problemsView.update(currentProblems(), report, nowMs);
    linksView.update(model, nowMs);
    detailsView.update(model, pointed, report, nowMs);
  }
  showVerdict();
}

function currentProblems(): Problems {
  problems ??= model ? problemsOf(model) : { conflicts: [], findings: [] };
  return problems;
}

function showVerdict(): void {
  const known = { model, connection, readiness, nowMs: feed.now(), fault };
  showHead(verdictOf(known, currentProblems()), connection, model);
}

setInterval(() => {
  showVerdict();
  tick(feed.now());
}, 1000);

/** A page that goes on beside a part that stands still would show what is old as if it were new. */
function fail(message: string): void {
  fault = message;
  showVerdict();
}

addEventListener('error', ({ message }) => fail(message));
addEventListener('unhandledrejection', ({ reason }) => fail(String(reason)));

addEventListener('hashchange', () => {
  pointed = null;
  changed();
});
addEventListener('online', () => feed.wake());
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  feed.wake();
  showVerdict();
});

const nameButtons = document.querySelectorAll<HTMLButtonElement>('[data-names]');

async function showNames(): Promise<void> {
  const tell = (text: string, disabled: boolean): void => {
    for (const button of nameButtons) {
      say(button, text);
      button.disabled = disabled;
    }
  };
  tell('Fetching the report …', true);
  try {
    report = await fetchReport();
    tell('Names and vendors again', false);
  } catch {
    tell('No report yet: try again', false);
  }
  changed();
}

for (const button of nameButtons) button.addEventListener('click', showNames);
