import { describeSeeds } from './seeds.js';

describeSeeds(26, 50);
