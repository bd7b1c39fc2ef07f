import { usePeople, useReport } from "../api/queries";
import { byName } from "../numbers/sums";
import { Breakdown } from "../parts/Breakdown";
import { Panel } from "../parts/Panel";
import { NOBODY, nameOf } from "../parts/person";
import { useView } from "../state/search";

/** Who used it; of one model, from the days themselves. */
export function ByPerson({ model, onPerson }: { model: string | undefined; onPerson: (id: string) => void }) {
  const { range, set } = useView();
  const people = usePeople(model ? null : range);
  const tokens = useReport("tokens", model ? range : null, { withPeople: true });
  const told = model ? tokens : people;

  const names = new Map<string, string>();
  const sums = model
    ? byName(tokens.data?.data ?? [], (day) =>
        day.by_user.flatMap((user) => {
          names.set(user.user_id, nameOf(user));
          return user.by_model
            .filter((one) => one.model_id === model)
            .map((one) => [user.user_id, one.billable_tokens] as const);
        }),
      )
    : byName(people.data?.data ?? [], (person) => {
        names.set(person.user_id, nameOf(person));
        return [[person.user_id, person.billable_tokens] as const];
      });
  const parts = sums.filter(({ value }) => value > 0).map((one) => ({ ...one, label: names.get(one.name) }));

  return (
    <Panel
      name="cost-by-person"
      title={model ? `People who used ${model}` : "Billable tokens by person"}
      metric="by_user"
      told={[told]}
      isEmpty={parts.length === 0}
      onClear={model ? () => set({ model: undefined }) : undefined}
      clears="Show every model"
      table={{
        columns: [
          { label: "Person", field: "user_email" },
          { label: "Id", field: "user_id" },
          { label: "Billable tokens", field: "billable_tokens", unit: "count" },
        ],
        rows: parts.map(({ name, label, value }) => [label ?? name, name, value]),
      }}
    >
      <Breakdown
        label="Billable tokens by person"
        parts={parts}
        isOfPeople
        picks="Open the profile of"
        onPick={(id) => id !== NOBODY && onPerson(id)}
      />
    </Panel>
  );
}
