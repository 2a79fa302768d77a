/** The one style sheet: readable on a phone, in the dark and on paper, without a font or a script. */
export const style = `
:root { color-scheme: light dark; --line: #8884; --danger: #c62828; --fine: #2e7d32; --mark: #b26a00; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 46rem; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 .25rem; }
h2 { font-size: 1rem; margin: 1.75rem 0 .5rem; border-bottom: 1px solid var(--line); }
p { margin: .25rem 0; }
ul { margin: .25rem 0; padding-left: 1.1rem; }
code { font: .85em ui-monospace, monospace; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .75rem; margin: 0; }
dt { opacity: .7; }
dd { margin: 0; }
.quiet { opacity: .7; }
.danger { color: var(--danger); font-weight: 600; }
.fine { color: var(--fine); }
.mark { color: var(--mark); font-weight: 600; }
.box { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; margin: .75rem 0; }
form { margin: 0; }
label { display: block; margin-bottom: .5rem; }
input[type=text] { display: block; width: 100%; font: inherit; padding: .6rem; border: 1px solid var(--line); border-radius: .4rem; }
.choice { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; }
button { font: inherit; font-weight: 600; padding: .8rem; border: 0; border-radius: .4rem; color: #fff; cursor: pointer; }
button.yes { background: var(--fine); }
button.no { background: var(--danger); }
button.plain { background: none; color: inherit; padding: 0; font-weight: 400; text-decoration: underline; }
footer { margin-top: 2rem; font-size: .85rem; display: flex; justify-content: space-between; gap: 1rem; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dt { margin-top: .35rem; } }
`;
