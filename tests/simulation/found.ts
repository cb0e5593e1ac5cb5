// Histories that the charm once failed in, as short as they could be made. They are played in each run of the tests.
import type { Command } from './commands.ts';
import { CALM, type History } from './history.ts';

export type Found = { readonly what: string; readonly history: History };

const command = (what: string, which: number, at: number, waitMs: number): Command => ({ do: what, which, at, waitMs });

export const found: readonly Found[] = [
  {
    what: 'a new leader that has not been told of an address takes the member that was moved there meanwhile for one that left',
    history: {
      seed: 1141,
      commands: [
        command('deploy', 0, 4, 60_000),
        command('leader', 533_746, 991, 60_000),
        command('leader', 144_339, 24_140, 60_000),
        command('address', 535_886, 976_427, 2_083),
        command('leader', 569_965, 629_022, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'a shard whose config server was removed for good wakes itself for minutes after each update-status',
    history: {
      seed: 50_140,
      commands: [
        command('deploy', 0, 1, 60_000),
        command('deploy', 459_226, 20_335, 60_000),
        command('deploy', 606_658, 481_994, 60_000),
        command('integrate', 963_055, 867_488, 60_000),
        command('remove-relation', 349_273, 555_646, 60_000),
        command('remove-application', 945_481, 507_632, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'a leader that goes is held for ever by the unit that stays, which has a new address of which it is told no more',
    history: {
      seed: 100_020,
      commands: [
        command('deploy', 0, 3, 60_000),
        command('remove-primary', 482_274, 33_900, 0),
        command('address', 166_492, 280_468, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'mongod finds no folder on a new storage that takes the place of the one before',
    history: {
      seed: 7_205,
      commands: [
        command('deploy', 0, 5, 60_000),
        command('detach-storage', 742_081, 692_783, 60_000),
        command('remove-storage', 44_528, 708_076, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'a unit that leads no more when its mongod comes up removes the member of a unit that it has not been told of',
    history: {
      seed: 200_141,
      commands: [
        command('deploy', 0, 4, 60_000),
        command('add-unit', 934_872, 730_423, 0),
        command('leader', 188_078, 588_370, 4_107),
        command('leader', 416_666, 444_042, 60_000),
      ],
      chaos: { ...CALM, slow: 0.06248498370870948, slowMs: 1_000, delayMs: 500, late: 3 },
    },
  },
  {
    what: 'the only member gets a new address before any other has joined, while a unit leads that is no member',
    history: {
      seed: 200_146,
      commands: [
        command('deploy', 0, 0, 60_000),
        command('kill-agent', 671_933, 202_258, 2_478),
        command('address', 842_976, 758_711, 0),
        command('leader', 266_347, 952_551, 60_000),
      ],
      chaos: { ...CALM, commit: 0.05918474977370352, slow: 0.059442122951149944, slowMs: 8_000, late: 6 },
    },
  },
  {
    what: 'a unit that goes is held by a set that went on without it under another key',
    history: {
      seed: 500_136,
      commands: [
        command('deploy', 0, 2, 17_023),
        command('deploy', 197_784, 928_923, 60_000),
        command('integrate', 104_981, 16_493, 60_000),
        command('deploy', 381_758, 98_689, 60_000),
        command('integrate', 462_001, 964_328, 60_000),
        command('deploy', 935_646, 852_025, 34_276),
        command('integrate', 68_830, 967_372, 60_000),
        command('deploy', 19_341, 441_786, 60_000),
        command('remove-primary', 142_519, 756_480, 4_917),
        command('remove-unit', 842_039, 810_847, 0),
      ],
      chaos: { ...CALM, commit: 0.08798815910704434, slow: 0.07325070155784488, slowMs: 1_000, late: 3 },
    },
  },
  {
    what: 'a primary that goes is held by the leader that stays, which has a new address and goes on alone',
    history: {
      seed: 400_345,
      commands: [
        command('deploy', 0, 1, 60_000),
        command('leader', 167_671, 528_365, 60_000),
        command('address', 727_891, 956_258, 0),
        command('remove-primary', 653_481, 366_663, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'two units that are still to be let in restart in the same moment, which is no harm',
    history: {
      seed: 500_385,
      commands: [
        command('deploy', 0, 4, 60_000),
        command('freeze', 787_516, 164_276, 60_000),
        command('add-unit', 851_996, 831_009, 60_000),
        command('integrate', 969_775, 71_464, 60_000),
        command('config', 613_243, 767_134, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'the last shard, integrated again with a config server of another revision, does not say which one is to be refreshed',
    history: {
      seed: 400_368,
      commands: [
        command('deploy', 0, 5, 60_000),
        command('deploy', 124_592, 844_910, 60_000),
        command('integrate', 145_727, 919_664, 60_000),
        command('refresh', 836_818, 265_179, 60_000),
        command('remove-relation', 402_579, 22_562, 60_000),
        command('rotate-client-password', 175_103, 560_788, 60_000),
        command('integrate', 231_852, 230_718, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'a unit gets its storage back before the leader has taken out the member that it has stopped',
    history: {
      seed: 600_310,
      commands: [
        command('deploy', 0, 0, 60_000),
        command('detach-storage', 724_109, 429_920, 0),
        command('config', 461_244, 271_841, 0),
        command('remove-relation', 928_842, 241_021, 900),
        command('attach-storage', 755_106, 866_151, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'a unit that goes hands over to members that may not vote yet',
    history: {
      seed: 700_090,
      commands: [
        command('deploy', 0, 0, 17_982),
        command('leader', 76_507, 351_021, 4_561),
        command('remove-primary', 919_056, 832_449, 2_240),
      ],
      chaos: {
        ...CALM,
        kill: 0.08954524080036208,
        commit: 0.07503297775983811,
        slow: 0.03978464061394334,
        slowMs: 8_000,
        delayMs: 500,
        late: 3,
      },
    },
  },
  {
    what: 'a unit that goes is held by a set of its own that never became that of the application',
    history: {
      seed: 600_092,
      commands: [
        command('deploy', 865_866, 615_465, 4_098),
        command('kill-mongod', 206_142, 407_946, 20_055),
        command('remove-leader', 753_428, 676_936, 0),
        command('leader', 730_086, 289_999, 60_000),
      ],
      chaos: { ...CALM, kill: 0.13786902803694828, slow: 0.06261348523199559, slowMs: 8_000, delayMs: 500 },
    },
  },
  {
    what: 'the leader is no member yet, and all members get new addresses at once',
    history: {
      seed: 9,
      commands: [
        command('deploy', 0, 2, 60_000),
        command('add-unit', 0, 0, 600),
        command('leader', 0, 2, 0),
        command('turn-addresses', 3, 2, 30_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'units get the addresses that others of the set have had',
    history: {
      seed: 22,
      commands: [
        command('deploy', 0, 2, 60_000),
        command('turn-addresses', 3, 1, 60_000),
        command('turn-addresses', 3, 1, 3_000),
        command('turn-addresses', 3, 0, 30_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'a leader that looks for the others where it is itself takes their members for its own',
    history: {
      seed: 14,
      commands: [command('deploy', 0, 1, 60_000), command('turn-addresses', 3, 0, 60_000), command('turn-addresses', 3, 1, 3_000)],
      chaos: CALM,
    },
  },
  {
    what: 'the only member whose vote counts yet gets a new address',
    history: { seed: 602_465, commands: [command('deploy', 0, 2, 60_000), command('address', 482_912, 387_160, 60_000)], chaos: CALM },
  },
  {
    what: 'the only member whose vote counts yet is removed by force',
    history: {
      seed: 602_505,
      commands: [command('deploy', 0, 2, 60_000), command('remove-unit-by-force', 679_395, 625_784, 60_000)],
      chaos: CALM,
    },
  },
  {
    what: 'a unit with a set that was never the application’s is held, and nobody has told it that another is to initiate one',
    history: {
      seed: 601_753,
      commands: [
        command('deploy', 0, 4, 4_075),
        command('deploy', 1, 604_547, 2_575),
        command('integrate', 0, 0, 19_028),
        command('remove-unit', 229_594, 713_013, 544),
        command('leader', 702_916, 910_354, 60_000),
      ],
      chaos: { ...CALM, slow: 0.050_449_936_799_705_03, slowMs: 8_000, late: 6 },
    },
  },
  {
    what: 'the config server gets a new address while a shard without a relation waits for it',
    history: {
      seed: 602_364,
      commands: [
        command('deploy', 0, 4, 60_000),
        command('deploy', 506_641, 607_970, 60_000),
        command('integrate', 416_946, 892_457, 60_000),
        command('remove-relation', 843_055, 535_083, 60_000),
        command('address', 404_508, 661_478, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'a unit that has not met the others restarts while another one is down',
    history: {
      seed: 712682,
      commands: [
        command('deploy', 0, 5, 60000),
        command('deploy', 1, 917389, 429),
        command('integrate', 0, 0, 3387),
        command('kill-mongod', 124368, 766888, 341),
        command('add-unit', 941419, 473200, 26933),
        command('freeze', 457056, 606600, 3213),
        command('set-password', 201823, 709567, 1621),
        command('config', 628044, 400365, 4890),
      ],
      chaos: { ...CALM, slowMs: 8000, delayMs: 5000, late: 6 },
    },
  },
  {
    what: 'a unit with a set that is not the application’s is held, though it knows that by its databag',
    history: {
      seed: 712804,
      commands: [
        command('deploy', 0, 5, 60000),
        command('deploy', 13639, 604728, 54686),
        command('integrate', 956813, 516542, 11279),
        command('deploy', 765015, 749804, 11434),
        command('integrate', 84710, 712819, 3855),
        command('deploy', 82576, 573493, 39259),
        command('remove-unit', 97493, 463430, 3181),
        command('leader', 714860, 554457, 0),
      ],
      chaos: { ...CALM, slow: 0.0495360011793673, slowMs: 8000, delayMs: 5000, late: 6 },
    },
  },
  {
    what: 'shards wake each other for as long as their config server is held back from going',
    history: {
      seed: 701064,
      commands: [
        command('deploy', 0, 3, 60000),
        command('deploy', 720268, 513492, 60000),
        command('integrate', 869990, 2225, 60000),
        command('deploy', 538476, 585502, 60000),
        command('integrate', 607654, 120977, 60000),
        command('deploy', 7638, 767003, 60000),
        command('remove-application', 928301, 338989, 60000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'a leader that goes, and was cut off, is held for ever by units that have new addresses, of which it is told no more',
    history: {
      seed: 801_442,
      commands: [
        command('deploy', 0, 4, 60_000),
        command('cut', 525_604, 251_318, 60_000),
        command('remove-unit', 159_348, 717_572, 60_000),
        command('add-unit', 154_518, 673_436, 60_000),
        command('turn-addresses', 306_445, 905_202, 60_000),
      ],
      chaos: { ...CALM, hang: 0.07779461885802448, slowMs: 8_000, late: 3 },
    },
  },
  {
    what: 'a leader that goes just after the only other member has moved, and a third unit has come, is held for ever',
    history: {
      seed: 806_106,
      commands: [
        command('deploy', 0, 4, 60_000),
        command('deploy', 1, 127_705, 60_000),
        command('integrate', 0, 0, 448),
        command('address', 687_421, 593_995, 28_561),
        command('add-unit', 779_135, 43_452, 17_696),
        command('remove-leader', 727_848, 403_900, 60_000),
      ],
      chaos: { ...CALM, slowMs: 200, delayMs: 500 },
    },
  },
  {
    what: 'a unit that comes to the place of a member is given its data, becomes the primary, and is to be left out',
    history: {
      seed: 807_557,
      commands: [
        command('deploy', 0, 1, 60_000),
        command('leader', 748_744, 808_426, 60_000),
        command('add-unit', 209_129, 500_270, 0),
        command('turn-addresses', 986_563, 998_734, 60_000),
        command('address', 327_150, 333_438, 60_000),
      ],
      chaos: { ...CALM, fail: 0.04782437176909298, slow: 0.05199673367664218, slowMs: 1_000, delayMs: 500, late: 3 },
    },
  },
  {
    what: 'a leader of config servers that wakes itself while it waits for a primary is not told of the others’ new addresses',
    history: {
      seed: 807_196,
      commands: [
        command('deploy', 0, 1, 60_000),
        command('deploy', 950_384, 476_034, 60_000),
        command('turn-addresses', 761_392, 904_623, 60_000),
        command('remove-unit', 582_927, 146_157, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'a unit of a config server goes while shards need it, for it was told nothing since before there was a set',
    history: {
      seed: 802_308,
      commands: [
        command('deploy', 0, 1, 6_089),
        command('deploy', 765_240, 350_708, 0),
        command('integrate', 964_659, 653_935, 57_177),
        command('deploy', 413_127, 406_661, 1_051),
        command('integrate', 698_871, 159_779, 0),
        command('deploy', 227_769, 115_674, 57_029),
        command('remove-application', 286_110, 999_327, 60_000),
        command('remove-relation', 164_886, 828_490, 60_000),
      ],
      chaos: { ...CALM, kill: 0.14482783848652617, slow: 0.04574728854000568, slowMs: 8_000, delayMs: 500, late: 3 },
    },
  },
  {
    what: 'a unit that goes is taken out of the set while it is cut off, and looks for the others where they are no more',
    history: {
      seed: 950_299,
      commands: [
        command('deploy', 0, 1, 60_000),
        command('cut', 40_880, 1_909, 60_000),
        command('remove-unit', 541_421, 49_245, 60_000),
        command('address', 437_987, 975_655, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'a unit that acts for a leader which goes leaves out a member of which it has not been told yet',
    history: {
      seed: 961_760,
      commands: [
        command('deploy', 0, 5, 60_000),
        command('deploy', 375_909, 641_989, 0),
        command('integrate', 73_083, 319_474, 4_803),
        command('deploy', 48_631, 308_286, 6_218),
        command('deploy', 325_576, 83_090, 24_974),
        command('add-unit', 442_026, 825_451, 11_900),
        command('requests', 263_356, 639_157, 55_521),
        command('remove-primary', 317_433, 746_711, 42_459),
        command('address', 592_859, 147_277, 60_000),
      ],
      chaos: { ...CALM, commit: 0.05625031210947782, slow: 0.06676544850692154, slowMs: 8_000, delayMs: 500 },
    },
  },
  {
    what: 'a leader that goes, and has a new address, is told by nobody of a set that another has configured anew at the same time',
    history: {
      seed: 972_245,
      commands: [
        command('deploy', 0, 1, 60_000),
        command('deploy', 1, 907_389, 60_000),
        command('integrate', 0, 0, 587),
        command('turn-addresses', 455_075, 829_079, 60_000),
        command('remove-unit', 855_764, 468_198, 60_000),
      ],
      chaos: { ...CALM, slowMs: 200, delayMs: 5_000, late: 6 },
    },
  },
  {
    what: 'a member is let in, and the only one that has the data goes with it, before Juju knows of the set',
    history: {
      seed: 972_745,
      commands: [
        command('deploy', 0, 5, 60_000),
        command('freeze', 98_268, 950_769, 60_000),
        command('remove-primary', 700_053, 547_658, 60_000),
        command('freeze', 976_285, 512_518, 60_000),
      ],
      chaos: { ...CALM, fail: 0.015167540637776256, slow: 0.049259346313774585, slowMs: 8_000, late: 6 },
    },
  },
  {
    what: 'two units that go at once each leave the data to the other',
    history: {
      seed: 973_759,
      commands: [
        command('deploy', 0, 1, 60_000),
        command('remove-unit', 192_232, 461_973, 0),
        command('add-unit', 296_058, 13_391, 0),
        command('remove-unit', 905_127, 585_584, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'a unit that goes, and has exchanged addresses with the one that stays, is left out of the set',
    history: {
      seed: 981_556,
      commands: [
        command('deploy', 0, 1, 60_000),
        command('deploy', 757_684, 655_053, 60_000),
        command('cut', 555_381, 388_554, 60_000),
        command('turn-addresses', 530_813, 124_120, 60_000),
        command('remove-unit', 717_601, 289_841, 60_000),
        command('add-unit', 377_513, 926_357, 60_000),
        command('address', 76_585, 248_096, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'a unit whose MongoDB does not answer goes, and the only other member has not copied its data yet',
    history: {
      seed: 982_344,
      commands: [
        command('deploy', 0, 0, 60_000),
        command('deploy', 5_902, 887_551, 2_265),
        command('deploy', 796_548, 668_255, 84),
        command('integrate', 182_714, 742_520, 2_818),
        command('address', 257_046, 385_423, 18_081),
        command('freeze', 51_250, 822_992, 50_451),
        command('remove-unit', 135_334, 301_251, 60_000),
        command('write', 635_380, 532_248, 60_000),
        command('remove-unit', 848_866, 680_783, 60_000),
      ],
      chaos: { ...CALM, kill: 0.14390521208988502, commit: 0.08571552122011782, slowMs: 200, delayMs: 5_000 },
    },
  },
  {
    what: 'a unit is held with a set that is nobody’s, for it has let in another that has one of its own',
    history: {
      seed: 992_251,
      commands: [
        command('deploy', 0, 5, 7_038),
        command('integrate', 381_331, 915_073, 21_140),
        command('leader', 719_589, 961_961, 0),
        command('remove-unit', 49_537, 970_994, 6_426),
        command('remove-unit', 444_430, 804_908, 0),
        command('cut', 471_622, 519_734, 60_000),
        command('config', 7_558, 814_844, 60_000),
      ],
      chaos: { ...CALM, slow: 0.022963538132607937, slowMs: 8_000, delayMs: 5_000, late: 3 },
    },
  },
  {
    what: 'a hook that was slow gives the database a password back that another leader has changed since the hook began',
    history: {
      seed: 1_100_551,
      commands: [
        command('deploy', 0, 0, 60_000),
        command('leader', 8_641, 971_655, 712),
        command('set-password', 572_811, 581_103, 1_223),
        command('config', 800_843, 661_967, 0),
        command('write', 147_450, 82_416, 4_925),
        command('remove-leader', 872_249, 333_490, 4_851),
      ],
      chaos: { ...CALM, kill: 0.011243004875723273, hang: 0.023380616516806188, slow: 0.039938501808792354, slowMs: 8_000, late: 6 },
    },
  },
  {
    what: 'a member that answers is removed, where a unit is that nobody has told of its new address yet',
    history: {
      seed: 1_100_605,
      commands: [
        command('deploy', 0, 5, 60_000),
        command('turn-addresses', 604_998, 288_139, 0),
        command('remove-leader', 56_156, 125_409, 60_000),
      ],
      chaos: { ...CALM, slowMs: 200, late: 6 },
    },
  },
  {
    what: 'the only unit that has the data goes, and looks for the one that stays where that was',
    history: {
      seed: 1_100_671,
      commands: [
        command('deploy', 0, 4, 12_378),
        command('cut', 854_328, 479_311, 60_000),
        command('write', 385_278, 701_498, 60_000),
        command('remove-unit', 958_942, 245_505, 60_000),
        command('address', 539_026, 941_796, 60_000),
      ],
      chaos: { ...CALM, slowMs: 8_000, delayMs: 5_000 },
    },
  },
  {
    what: 'of two members that bear the name of one unit, the one that answers is removed, and another unit is there',
    history: {
      seed: 1_100_891,
      commands: [
        command('deploy', 0, 0, 60_000),
        command('turn-addresses', 641_703, 213_321, 1_351),
        command('remove-unit', 100_607, 962_420, 0),
        command('leader', 558_565, 961_429, 2_798),
      ],
      chaos: { ...CALM, slow: 0.042507220916450025, slowMs: 200, late: 3 },
    },
  },
  {
    what: 'the only unit that has the data, and is at a new address where its set does not list it, goes',
    history: {
      seed: 1_203_056,
      commands: [
        command('deploy', 0, 2, 60_000),
        command('add-unit', 822_808, 670_726, 3_675),
        command('address', 593_828, 671_678, 0),
        command('remove-primary', 862_066, 489_693, 60_000),
      ],
      chaos: { ...CALM, slowMs: 1_000, delayMs: 500, late: 3 },
    },
  },
  {
    what: 'of two units that have new addresses, the one that goes is not told where the other one is',
    history: {
      seed: 1_203_145,
      commands: [
        command('deploy', 0, 5, 60_000),
        command('turn-addresses', 781_590, 977_958, 0),
        command('remove-relation', 205_656, 467_132, 8_982),
        command('remove-unit', 629_667, 259_008, 0),
        command('remove-primary', 542_816, 258_004, 60_000),
      ],
      chaos: { ...CALM, slowMs: 1_000, delayMs: 5_000, late: 6 },
    },
  },
  {
    what: 'a unit that goes, and has come to the place of the one that stays, takes that one’s member for its own',
    history: {
      seed: 1_203_615,
      commands: [
        command('deploy', 0, 5, 60_000),
        command('remove-leader', 9_151, 507_147, 60_000),
        command('turn-addresses', 89_532, 366_267, 486),
        command('remove-leader', 621_275, 288_444, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'two units that have exchanged addresses: the member of the one that stays is taken for that of the one that goes',
    history: {
      seed: 1_204_853,
      commands: [
        command('deploy', 0, 1, 60_000),
        command('cut', 582_447, 789_753, 60_000),
        command('turn-addresses', 249_836, 826_915, 0),
        command('remove-unit', 470_449, 899_464, 60_000),
      ],
      chaos: { ...CALM, slowMs: 1_000, delayMs: 5_000, late: 6 },
    },
  },
  {
    what: 'a unit that goes has left the set, which moved before its mongod heard of that, and waits for it',
    history: {
      seed: 1_208_399,
      commands: [
        command('deploy', 0, 1, 60_000),
        command('deploy', 1, 16_096, 60_000),
        command('integrate', 0, 0, 3_363),
        command('remove-unit', 32_644, 652_917, 3_232),
        command('address', 152_361, 741_005, 2_347),
        command('cut', 133_451, 309_826, 60_000),
      ],
      chaos: { ...CALM, slow: 0.052468883953988556, slowMs: 1_000 },
    },
  },
  {
    what: 'a unit that goes has left the set as the member whose tag another bears, and forces a set of its own',
    history: {
      seed: 1_209_630,
      commands: [
        command('deploy', 0, 1, 60_000),
        command('cut', 31_933, 436_963, 60_000),
        command('turn-addresses', 469_610, 210_691, 2_510),
        command('remove-unit', 999_030, 339_483, 60_000),
        command('remove-storage', 540_120, 555_977, 60_000),
      ],
      chaos: { ...CALM, slowMs: 1_000, delayMs: 5_000, late: 3 },
    },
  },
  {
    what: 'the only unit that stays has no part in the last writes, and goes on alone while those that have them go',
    history: {
      seed: 1_300_618,
      commands: [
        command('deploy', 0, 5, 60_000),
        command('deploy', 1, 468_679, 60_000),
        command('address', 243_653, 944_248, 0),
        command('remove-leader', 709_969, 815_742, 2_656),
        command('write', 591_967, 3_641, 0),
        command('remove-unit', 284_298, 975_356, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'a unit that goes, and whose set has a primary where it now is, moves that by force to where it was',
    history: {
      seed: 1_308_973,
      commands: [
        command('deploy', 0, 5, 16_920),
        command('remove-leader', 187_363, 77_965, 343),
        command('address', 30_543, 670_104, 0),
        command('remove-primary', 489_923, 131_679, 0),
        command('address', 173_763, 202_482, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'a unit that led when its hook began has been told of nobody whom the next leader has let in before it looked',
    history: {
      seed: 1_501_014,
      commands: [
        command('deploy', 0, 0, 60_000),
        command('system-users', 36_198, 607_028, 60_000),
        command('remove-leader', 973_027, 788_648, 3_130),
        command('write', 944_403, 593_768, 4_238),
        command('config', 186_204, 589_606, 51_362),
        command('leader', 347_269, 687_619, 113),
        command('add-unit', 771_518, 278_449, 1_721),
      ],
      chaos: { ...CALM, fail: 0.060564380954019725, slow: 0.013837180603295566, slowMs: 8_000, delayMs: 500 },
    },
  },
  {
    what: 'two units on storage of earlier ones: the leader waits for the other to go on, where that is no member',
    history: {
      seed: 1_508_470,
      commands: [
        command('deploy', 0, 5, 60_000),
        command('detach-storage', 747_389, 480_787, 60_000),
        command('deploy', 36_652, 52_876, 60_000),
        command('remove-primary', 815_478, 333_310, 60_000),
        command('remove-unit', 182_952, 107_366, 60_000),
        command('remove-unit', 966_083, 610_255, 60_000),
        command('add-unit', 797_670, 995_739, 60_000),
      ],
      chaos: { ...CALM, slowMs: 8_000, delayMs: 5_000, late: 3 },
    },
  },
  {
    what: 'the only unit that has the data goes while its mongod has ended, and is about to be started again',
    history: {
      seed: 1_604_634,
      commands: [
        command('deploy', 0, 3, 60_000),
        command('kill-mongod', 965_731, 702_732, 60_000),
        command('add-unit', 802_045, 170_389, 0),
        command('remove-unit', 978_861, 184_540, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'two units that go look for the one that stays where that was, for each answers the other',
    history: {
      seed: 1_607_222,
      commands: [
        command('deploy', 0, 2, 60_000),
        command('address', 708_446, 967_542, 9_202),
        command('remove-primary', 748_989, 255_205, 0),
        command('remove-unit', 59_550, 520_157, 60_000),
      ],
      chaos: { ...CALM, slowMs: 200, delayMs: 500, late: 6 },
    },
  },
  {
    what: 'a shard waits for config servers that were removed when they had no primary any more',
    history: {
      seed: 1_700_736,
      commands: [
        command('deploy', 0, 1, 60_000),
        command('deploy', 862_320, 151_556, 60_000),
        command('integrate', 363_943, 436_890, 60_000),
        command('deploy', 41_493, 401_942, 60_000),
        command('address', 504_285, 496_562, 3_341),
        command('remove-application', 683_309, 337_335, 3_749),
        command('remove-application', 410_044, 688_387, 60_000),
      ],
      chaos: { ...CALM, slow: 0.045573853999376294, slowMs: 1_000, delayMs: 5_000, late: 6 },
    },
  },
  {
    what: 'a leader has a new address, and Juju has not been told of the set in which it is',
    history: {
      seed: 1_707_255,
      commands: [
        command('deploy', 0, 5, 60_000),
        command('deploy', 1, 353_269, 0),
        command('integrate', 0, 0, 0),
        command('add-unit', 71_435, 514_977, 0),
        command('turn-addresses', 831_141, 383_614, 3_782),
        command('remove-primary', 220_255, 43_818, 60_000),
        command('address', 243_780, 498_341, 60_000),
      ],
      chaos: { ...CALM, commit: 0.09641671713907272, slow: 0.07534396350383758, slowMs: 8_000, late: 3 },
    },
  },
  {
    what: 'a shard that has to be refreshed before it joins again does not have the passwords that were changed meanwhile',
    history: {
      seed: 1_709_600,
      commands: [
        command('deploy', 0, 4, 60_000),
        command('deploy', 227_349, 166_599, 60_000),
        command('integrate', 111_584, 475_688, 60_000),
        command('deploy', 128_646, 377_271, 60_000),
        command('remove-relation', 282_884, 393_721, 60_000),
        command('system-users', 936_123, 927_236, 60_000),
        command('refresh', 40_029, 973_336, 60_000),
        command('integrate', 497_805, 570_381, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'the only unit that stays waits to restart until one that is held, and cannot be found, has done so',
    history: {
      seed: 1_902_348,
      commands: [
        command('deploy', 0, 5, 60_000),
        command('deploy', 637_089, 806_349, 60_000),
        command('integrate', 404_473, 76_944, 2_915),
        command('integrate', 213_645, 711_044, 719),
        command('detach-storage', 326_725, 280_094, 2_485),
        command('remove-primary', 561_944, 903_222, 1_797),
        command('turn-addresses', 840_116, 917_483, 1_808),
        command('remove-unit', 609_836, 34_054, 60_000),
      ],
      chaos: { ...CALM, slowMs: 200, late: 6 },
    },
  },
  {
    what: 'the leader’s storage is taken away just before all get new addresses: nobody finds the others',
    history: {
      seed: 2_006_265,
      commands: [
        command('deploy', 0, 5, 60_000),
        command('detach-storage', 457_026, 892_907, 0),
        command('turn-addresses', 824_787, 178_337, 60_000),
      ],
      chaos: { ...CALM, slowMs: 200, late: 6 },
    },
  },
  {
    what: 'the last unit with the data goes, and one whose storage was taken away goes on with what that had before',
    history: {
      seed: 2_104_843,
      commands: [
        command('deploy', 0, 5, 60_000),
        command('detach-storage', 968_303, 723_913, 60_000),
        command('write', 708_411, 578_939, 60_000),
        command('remove-primary', 643_108, 827_854, 60_000),
        command('remove-leader', 26_814, 345_988, 60_000),
      ],
      chaos: CALM,
    },
  },
  {
    what: 'a leader that was cut off while it copied the data makes a set of its own, and ends the one that has gone on',
    history: {
      seed: 2_105_732,
      commands: [
        command('deploy', 0, 2, 60_000),
        command('deploy', 841_319, 223_943, 60_000),
        command('integrate', 500_701, 588_230, 6_849),
        command('deploy', 958_849, 475_312, 0),
        command('integrate', 742_152, 920_943, 4_389),
        command('deploy', 855_975, 919_600, 60_000),
        command('leader', 376_878, 134_287, 22_505),
        command('integrate', 142_650, 528_122, 0),
        command('add-unit', 701_778, 962_547, 906),
        command('freeze', 574_999, 361_428, 1_088),
        command('cut', 352_186, 216_324, 60_000),
        command('deploy', 670_758, 33_523, 1_511),
        command('remove-primary', 753_580, 332_941, 60_000),
      ],
      chaos: { ...CALM, commit: 0.06728526228107512, slow: 0.009621565733104945, slowMs: 200, late: 3 },
    },
  },
  {
    what: 'a config server waits for a shard whose leader is held, for nobody finds it',
    history: {
      seed: 2_209_988,
      commands: [
        command('deploy', 0, 3, 60_000),
        command('deploy', 933_396, 369_201, 27_877),
        command('integrate', 797_955, 292_949, 16_081),
        command('deploy', 73_929, 454_725, 60_000),
        command('integrate', 60_190, 891_832, 24_155),
        command('turn-addresses', 443_129, 680_058, 4_014),
        command('remove-unit', 747_112, 50_102, 60_000),
      ],
      chaos: {
        kill: 0.09098953327629715,
        fail: 0,
        hang: 0,
        commit: 0.07745299749076368,
        slow: 0.007850655820220709,
        slowMs: 1_000,
        delayMs: 500,
        late: 1,
      },
    },
  },
];
