import type { NetworkOptions } from '../network.js';
import type { World } from '../run/world.js';
import type { FaultOf } from './fault-parts.js';

/** What a whole network suffers while a fault lasts. */
type Weather = FaultOf<'network'>;

/** What goes wrong between machines: partitions, clogs, and weather that all links suffer. */
export class NetworkFaults {
  readonly #world: World;
  readonly #calm: NetworkOptions;
  readonly #weather = new Set<Weather>();

  constructor(world: World) {
    this.#world = world;
    this.#calm = world.cluster.network.options;
  }

  partition({ sides, direction, forMs }: FaultOf<'partition'>): void {
    const { rules } = this.#world.cluster.network;
    const ways = waysBetween(sides, direction);
    for (const [from, to] of ways) rules.cut(from, to);
    this.#after(forMs, () => {
      for (const [from, to] of ways) rules.heal(from, to);
    });
  }

  clog({ links, forMs }: FaultOf<'clog'>): void {
    const { rules } = this.#world.cluster.network;
    for (const [from, to] of links) rules.clog(from, to);
    this.#after(forMs, () => {
      for (const [from, to] of links) rules.unclog(from, to);
    });
  }

  changeWeather(weather: Weather): void {
    this.#weather.add(weather);
    this.#applyWeather();
    this.#after(weather.forMs, () => {
      this.#weather.delete(weather);
      this.#applyWeather();
    });
  }

  /** Everything arrives again. */
  heal(): void {
    this.#world.cluster.network.healAll();
    this.#weather.clear();
    this.#applyWeather();
  }

  #applyWeather(): void {
    const all = [...this.#weather];
    const worst = (of: (weather: Weather) => number): number => Math.max(0, ...all.map(of));
    const loss = worst((weather) => weather.loss);
    const duplicates = worst((weather) => weather.duplicates);
    const factor = Math.max(
      1,
      worst((weather) => weather.latencyFactor),
    );
    const bounds = all.flatMap(({ bytesPerMs }) => (bytesPerMs === undefined ? [] : [bytesPerMs]));
    const calm = this.#calm;
    this.#world.cluster.network.options = {
      latencyMs: (from, to) => factor * calm.latencyMs(from, to),
      loss: (from, to) => Math.max(loss, calm.loss(from, to)),
      duplicates: () => duplicates,
      bytesPerMs: bounds.length === 0 ? calm.bytesPerMs : Math.min(...bounds),
    };
  }

  #after(delayMs: number, run: () => void): void {
    this.#world.cluster.scheduler.after(delayMs, run);
  }
}

/** The directed links that a partition cuts. */
function waysBetween(
  sides: FaultOf<'partition'>['sides'],
  direction: FaultOf<'partition'>['direction'],
): readonly (readonly [from: string, to: string])[] {
  const ways: (readonly [string, string])[] = [];
  for (const [i, side] of sides.entries()) {
    for (const [j, other] of sides.entries()) {
      if (i === j || (direction === 'one-way' && !(i === 0 && j === 1))) continue;
      for (const from of side) for (const to of other) ways.push([from, to]);
    }
  }
  return ways;
}
