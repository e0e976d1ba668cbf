import { type Html, html } from "./html.js";

export interface Column<R> {
  readonly name: string;
  readonly isNumber: boolean;
  /** As it is shown. */
  readonly cell: (row: R) => string;
  /** As it is sorted; empty for what is not known, which stands last. */
  readonly value: (row: R) => string;
}

/** A table whose columns' heads sort it. */
export function sortableTable<R>(columns: readonly Column<R>[], rows: readonly R[]): Html {
  const head = columns.map(
    ({ name, isNumber }) =>
      html`<th scope="col" class="${kind(isNumber)}"><button type="button">${name}</button></th>`,
  );
  const body = rows.map((row) => {
    const cells = columns.map(
      ({ cell, value, isNumber }) =>
        html`<td class="${kind(isNumber)}" data-value="${value(row)}">${cell(row)}</td>`,
    );
    return html`<tr>${cells}</tr>\n`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="table"><table class="sortable"><thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table></div>`;
}

function kind(isNumber: boolean): string {
  return isNumber ? "number" : "text";
}
