/**
 * One release as an approver reads it: what they would say yes to, what speaks against it, who else has to, and until
 * when. The dangerous comes first; values of infrastructure are not here at all, sensitive or not.
 */
import type { z } from 'zod';
import type { Caller } from '../../domain/caller.ts';
import { strategyTexts } from '../../domain/canary.ts';
import { type News, newsText } from '../../domain/news.ts';
import { overrideText } from '../../domain/override.ts';
import type { FindingList } from '../findings/schemas.ts';
import type { releaseDetails } from '../releases/schemas.ts';
import { type Html, html } from './html.ts';

export type Release = z.infer<typeof releaseDetails>;

/** What of this release may be said by whoever looks, and what their form has to say back. */
export interface Visitor {
  readonly by: Caller;
  readonly csrf: string;
}

export function layout(title: string, body: Html, visitor?: Visitor): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="/releases/assets/page.css">
</head>
<body>
<main>${body}</main>
${visitor !== undefined && footer(visitor)}
</body>
</html>
`;
}

const footer = ({ by, csrf }: Visitor): Html => html`<footer>
<span>${by.subject}, ${by.groups.length === 0 ? 'of no group' : by.groups.join(', ')}</span>
<form method="post" action="/logout"><input type="hidden" name="csrf" value="${csrf}"><button class="plain">log out</button></form>
</footer>`;

/** `found`: `undefined` until the policies were asked. */
export function releasePage(release: Release, found: FindingList | undefined, visitor: Visitor): Html {
  return layout(
    `${release.service} in ${release.environment}`,
    html`${heading(release)}${incidentsPart(release)}${decisionForm(release, visitor)}${changePart(release)}${refusalPart(release)}${findingsPart(release, found)}${waiversPart(release)}${modelPart(release)}${peoplePart(release)}${statementPart(release)}`,
    visitor,
  );
}

const timeText = (at: string): Html => html`<time datetime="${at}">${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC</time>`;

function heading(release: Release): Html {
  const { service, environment, requester, reason, phase, phaseSince, outcome, attention, releaseId, override, strategy } = release;
  return html`<h1>${service} ${release.modelVersion} → ${environment}</h1>
<p>${requester.subject} (${requester.kind === 'human' ? 'person' : 'machine'}) asks: ${reason}</p>
<p class="quiet">${releaseId}</p>
<p><b>${phase}</b> since ${timeText(phaseSince)}${outcome !== null && html` · <b class="${outcome.kind === 'released' ? 'fine' : 'danger'}">${outcome.kind}</b>: ${outcome.reason}`}</p>
${override !== undefined && html`<p class="danger">Once approved it ${overrideText(override)}</p>`}
${strategy !== undefined && html`<p class="danger">${strategy}: it ${strategyTexts[strategy]}</p>`}
${attention !== null && html`<p class="danger">A person is needed: ${attention}</p>`}`;
}

/** Of a version that serves: going back is a person's to decide. */
const incidentsPart = ({ incidents }: Release): Html | false =>
  incidents.length > 0 &&
  part(
    'Incidents',
    html`${list(incidents.map(({ id, type, title, severity, lastSeenAt }) => html`<span class="danger">${type}, severity ${severity}</span>, last seen ${timeText(lastSeenAt)}: ${title} <span class="quiet">GuardDuty ${id}</span>`))}
<p>This version stays until a person goes back: <code>plimsoll rollback</code>.</p>`,
  );

/** Both buttons send what was read: another statement by then is refused by the workflow. */
function decisionForm({ releaseId, waitingFor, statementDigest }: Release, { csrf }: Visitor): Html | false {
  if (waitingFor?.kind !== 'approval' || statementDigest === null) return false;
  return html`<section class="box">
<p>Waits for <b>${waitingFor.missing}</b> until ${timeText(waitingFor.expiresAt)}.</p>
<form method="post" action="/releases/${releaseId}/decision">
<input type="hidden" name="csrf" value="${csrf}">
<input type="hidden" name="statementDigest" value="${waitingFor.statementDigest}">
<label>Why <input type="text" name="reason" required maxlength="500" autocomplete="off" placeholder="goes into the record"></label>
<p class="choice"><button class="yes" name="decision" value="approve">Approve</button><button class="no" name="decision" value="reject">Reject</button></p>
</form>
<p class="quiet">Your provider is asked once more who you are, and vouches for this decision.</p>
</section>`;
}

/* ------------------------------------------------------------ the change */

/** What cannot be taken back comes first. */
const actionWords = [
  ['delete', 'destroyed', 'danger'],
  ['replace', 'replaced: destroyed and created anew', 'danger'],
  ['forget', 'forgotten by Terraform', 'mark'],
  ['update', 'changed', 'mark'],
  ['create', 'created', 'fine'],
  ['read', 'read', 'quiet'],
] as const;

function changePart({ change, statement }: Release): Html {
  if (change === null)
    return part('What would change', html`<p>${statement === null ? 'Not known yet.' : 'No infrastructure: the model alone.'}</p>`);
  const { counts, addresses, actions } = change;
  const total = counts.create + counts.update + counts.delete + counts.replace;
  if (total === 0 && addresses.length === 0) return part('What would change', html`<p>Nothing of the infrastructure.</p>`);
  const groups = actionWords.map(([action, words, look]) => {
    const named = addresses.filter((_, index) => actions?.[index] === action);
    const count = action in counts ? counts[action as keyof typeof counts] : named.length;
    return (
      count > 0 && html`<p><span class="${look}">${count} ${words}</span></p>${list(named.map((address) => html`<code>${address}</code>`))}`
    );
  });
  // A release from before actions were named beside their addresses.
  const plain = actions === undefined && list(addresses.map((address) => html`<code>${address}</code>`));
  const more = total - addresses.length;
  return part(
    'What would change',
    html`${groups}${plain}${more > 0 && html`<p class="quiet">and ${more} more that are not named here; the dangerous ones are named first</p>`}
<p class="quiet">Values are not shown here: the plan is in the evidence, with sensitive ones taken out.</p>`,
  );
}

/* -------------------------------------------------------------- findings */

const refusalPart = ({ gate }: Release): Html | false =>
  gate !== null &&
  gate.violations.length > 0 &&
  part(
    'What the policies refuse',
    list(
      gate.violations.map(
        ({ code, title, message, solution }) =>
          html`<span class="danger">${title}</span>: ${message} <span class="quiet">${solution} (${code})</span>`,
      ),
    ),
  );

/** More is a report: `plimsoll findings` has them all. */
const findingsShown = 20;

type Finding = FindingList['findings'][number];

/** Until the policies were asked, only how each scan ended is known; then every finding once, new ones first. */
function findingsPart({ scans, gate }: Release, found: FindingList | undefined): Html {
  const broken = scans.filter(({ status }) => status === 'error' || status === 'incomplete');
  return part(
    'What the scans found',
    html`${scans.length === 0 && html`<p>No scan has ended yet.</p>`}
${broken.map(({ tool, status }) => html`<p class="danger">${tool}: ${status}</p>`)}
${found === undefined ? list(scans.map(({ tool, status }) => html`${tool}: ${status}`)) : foundBy(found, gate?.news, scans)}`,
  );
}

function foundBy({ findings }: FindingList, news: News | undefined, scans: Release['scans']): Html {
  if (findings.length === 0) return html`<p class="fine">Nothing, by ${scans.map(({ tool }) => tool).join(', ')}.</p>`;
  return html`<p class="${findings.some(({ isNew }) => isNew) ? 'mark' : 'quiet'}">${newsText(news)}</p>
${list(findings.slice(0, findingsShown).map(findingLine))}
${findings.length > findingsShown && html`<p class="quiet">and ${findings.length - findingsShown} more, less severe</p>`}`;
}

function findingLine({ severity, rule, message, address, file, line, isNew, waiver }: Finding): Html {
  const look = severity === 'critical' || severity === 'high' ? 'danger' : severity === 'medium' ? 'mark' : 'quiet';
  const place = file === undefined ? address : `${file}${line === undefined ? '' : `:${line}`}`;
  return html`${isNew === true && html`<b>new</b> `}<span class="${look}">${severity}</span> ${message} <span class="quiet">${rule}, ${place}${waiver !== null && `, waived until ${waiver.until.slice(0, 10)}`}</span>`;
}

type Waiver = NonNullable<NonNullable<Release['gate']>['waivers']>[number];

function waiversPart({ gate }: Release): Html | false {
  const waivers = gate?.waivers ?? [];
  return waivers.length > 0 && part('Waivers in play', list(waivers.map(waiverLine)));
}

const waiverLine = ({ name, rule, address, reason, owner, until }: Waiver): Html =>
  html`<b>${name}</b> until ${timeText(until)}: ${reason} <span class="quiet">${rule} at ${address}, owned by ${owner}</span>`;

/* ---------------------------------------------------------- what, and who */

const modelPart = ({ modelVersion, commit, statement }: Release): Html =>
  part(
    'What it is',
    html`<dl>
${modelVersion !== null && html`<dt>model</dt><dd>${modelVersion}</dd>`}
${facts([
  ['artifact', statement?.modelDigest],
  ['image', statement?.imageDigest],
  ['chart', statement?.chartDigest],
  ['commit', commit],
])}
</dl>`,
  );

const facts = (rows: readonly (readonly [string, string | null | undefined])[]): readonly Html[] =>
  rows.flatMap(([name, value]) => (value === null || value === undefined ? [] : [html`<dt>${name}</dt><dd><code>${value}</code></dd>`]));

function peoplePart({ quorum, approvals, requester }: Release): Html | false {
  if (quorum === null && approvals.length === 0) return false;
  const excluded = quorum?.notCounted ?? [requester.subject];
  return part(
    'Who decides',
    html`${list((quorum?.seats ?? []).map(({ groups, count, by }) => html`${by.length} of ${count} ${groups.join(' or ')}${by.length > 0 && `: ${by.join(', ')}`}`))}
${list(approvals.map(approvalLine))}
${excluded.length > 0 && html`<p class="quiet">Not counted, since it is their own work: ${excluded.join(', ')}</p>`}`,
  );
}

const approvalLine = ({ decision, by, at, reason, valid, because }: Release['approvals'][number]): Html =>
  html`<span class="${decision === 'approve' ? 'fine' : 'danger'}">${decision === 'approve' ? 'approved' : 'rejected'}</span> by ${by}, ${timeText(at)}: ${reason}${!valid && html` <span class="mark">void: ${because ?? 'something changed'}</span>`}`;

const statementPart = ({ statementDigest, links }: Release): Html =>
  part(
    'Statement',
    html`<p>${statementDigest === null ? 'None yet.' : html`<code>${statementDigest}</code>`}</p>
${links.temporal !== null && html`<p><a href="${links.temporal}" rel="noreferrer">history</a></p>`}`,
  );

const part = (title: string, body: Html | false): Html => html`<section><h2>${title}</h2>${body}</section>`;

const list = (items: readonly Html[]): Html | false => items.length > 0 && html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
