import type { EventView } from '../../node/core/views/event-views.js';
import type { Look } from '../look.js';
import { cleanText } from '../show-key.js';
import { wrapText } from '../text-width.js';

const MARKS: Readonly<Record<EventView['severity'], string>> = { info: ' ', warn: '!', bad: 'x' };
const KIND_WIDTH = 9;

/** Puts events into lines: the day stands above the first one of it, a long message goes on below its beginning. */
export class EventLines {
  readonly #look: Look;
  #day = '';
  #nodeWidth = 0;

  constructor(look: Look) {
    this.#look = look;
  }

  lines(events: readonly EventView[]): readonly string[] {
    for (const { node } of events)
      this.#nodeWidth = Math.max(this.#nodeWidth, cleanText(node).length);
    return events.flatMap((event) => [...this.#dayLine(event), ...this.#eventLines(event)]);
  }

  #dayLine({ atMs }: EventView): readonly string[] {
    const day = new Date(atMs).toISOString().slice(0, 10);
    if (day === this.#day) return [];
    this.#day = day;
    return [this.#look.paint('dim', `${day} UTC`)];
  }

  #eventLines({ atMs, node, kind, severity, message }: EventView): readonly string[] {
    const { paint, width, wide } = this.#look;
    const time = new Date(atMs).toISOString().slice(11, 19);
    const head = `${MARKS[severity]} ${time} ${cleanText(node).padEnd(this.#nodeWidth)} ${kind.padEnd(KIND_WIDTH)} `;
    const text = cleanText(message);
    const wrapped = wide ? [text] : wrapText(text, Math.max(20, width - head.length));
    const role = severity === 'info' ? undefined : severity;
    return wrapped.map((line, i) => {
      const shown = role === undefined ? line : paint(role, line);
      return `${i === 0 ? head : ' '.repeat(head.length)}${shown}`;
    });
  }
}
