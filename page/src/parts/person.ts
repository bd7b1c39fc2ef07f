/** Facts without any identity belong to it. */
export const NOBODY = "user_00000000000000000000000000";

export function nameOf(person: { user_id: string; user_email: string | null }): string {
  return person.user_email ?? (person.user_id === NOBODY ? "nobody known" : person.user_id);
}
