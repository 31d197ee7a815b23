import { DEFAULT_SETTINGS } from '../../../../../src/node/core/settings.js';
import { LIMITS } from '../../../../../src/node/core/limits.js';
import { DurableHlc } from '../../../../../src/node/store/hlc-service.js';
import { Sweeper } from '../../../../../src/node/store/sweep/sweeper.js';
import { StoreUnderTest } from '../store-harness.js';

/** How long after its expiry a value is due. */
export const MARGIN_MS = DEFAULT_SETTINGS.clockSkewMaxMs + LIMITS.clientTotalMs;
/** Within this time a value that is due has been swept, also one that was passed by. */
export const SWEPT_MS = LIMITS.sweepAgainMs + LIMITS.sweepEveryMs + 1_000;

/** A store with its clock and its sweeper. */
export class SweptStore {
  readonly under: StoreUnderTest;
  hlc!: DurableHlc;
  sweeper!: Sweeper;
  /** How far the own clock is off its peers. */
  clockOffsetMs = 0;
  hasHeardClocks = true;

  private constructor(under: StoreUnderTest) {
    this.under = under;
  }

  static async open(): Promise<SweptStore> {
    const swept = new SweptStore(await StoreUnderTest.open());
    swept.begin();
    return swept;
  }

  /** Starts clock and sweeper on the store that is open. */
  begin(): void {
    const { clock, store, unlikely, log, metrics } = this.under;
    const settings = (): typeof DEFAULT_SETTINGS => DEFAULT_SETTINGS;
    this.hlc = new DurableHlc({
      clock,
      store,
      settings,
      buggify: unlikely.buggify,
      clockOffsetMs: () => (this.hasHeardClocks ? this.clockOffsetMs : undefined),
      commonWallMs: () => (this.hasHeardClocks ? clock.wallMs() - this.clockOffsetMs : undefined),
      hasPeers: () => true,
    });
    const env = { clock, metrics, log: log.logger('sweeper') };
    const isCompared = (): boolean => this.hlc.isCompared();
    this.sweeper = new Sweeper({ env, store, hlc: this.hlc, isCompared, settings });
    void this.hlc.start();
    this.sweeper.start();
  }

  /** The process ends here and begins again, with what the disk has kept. */
  async crash(): Promise<void> {
    void this.sweeper.stop();
    this.hlc.stop();
    await this.under.crash();
    this.begin();
  }

  async advance(ms: number): Promise<void> {
    await this.under.scheduler.advance(ms);
  }

  nowMs(): number {
    return this.under.clock.wallMs();
  }

  swept(): number {
    return this.under.metrics.value('kv_store_swept_total');
  }
}
