// /sd: the printers as targets of Prometheus's http_sd_configs.

import { cutLabel } from '../common/text.ts';
import type { Fleet } from '../fleet/fleet.ts';

interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** One group per printer, whose target is what /probe accepts. Labels that only a read reveals may be missing. */
export function targetGroups(fleet: Fleet): readonly TargetGroup[] {
  return fleet.printers.map(({ name, config, identity }) => {
    const serial = identity?.serial ?? config.http?.serialNumber;
    return {
      targets: [config.address],
      labels: {
        __meta_flashforge_printer: name,
        ...(identity?.model !== undefined && { __meta_flashforge_model: cutLabel(identity.model) }),
        ...(serial !== undefined && { __meta_flashforge_serial: cutLabel(serial) }),
        ...Object.fromEntries(
          Object.entries(config.labels ?? {}).map(([label, value]) => [
            `__meta_flashforge_label_${label}`,
            cutLabel(value),
          ]),
        ),
      },
    };
  });
}
