import type { Profile } from '../../../preload/contract/models.ts';

/** The profiles in which each word of the text stands: in name, role, source, region or kind. */
export function matching(profiles: Profile[], text: string): Profile[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return profiles;
  return profiles.filter((profile) => {
    const { name, roleArn, sourceProfile, region, kind } = profile;
    const hay = [name, roleArn, sourceProfile, region, kind].join(' ').toLowerCase();
    return words.every((word) => hay.includes(word));
  });
}
