import { vi } from 'vitest';
import { HintService } from '../../../src/node/hints/hint-service.js';

/** No part of a mistake: hints would bring most of what is missing, so the run without the mistake has none either. Restore all mocks afterwards. */
export function keepNoHints(): void {
  vi.spyOn(HintService.prototype, 'keep').mockImplementation((_, done) => {
    done?.(false);
  });
}
