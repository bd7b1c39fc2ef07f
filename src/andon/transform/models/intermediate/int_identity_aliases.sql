{{ config(
    materialized=kept_from_build_to_build(),
    remade='true',
    noted='changed_directory',
    of_came='changed.org_id, changed.identity, null',
) }}
-- A merge may point at an identity that was merged later: three steps are followed.
select
    first_step.org_id as org_id,
    first_step.identity as identity,
    coalesce(
        third_step.canonical_identity, second_step.canonical_identity, first_step.canonical_identity
    ) as canonical_identity
from {{ ref('stg_directory__identity_aliases') }} as first_step
left join {{ ref('stg_directory__identity_aliases') }} as second_step
    on
        first_step.org_id = second_step.org_id
        and first_step.canonical_identity = second_step.identity
        and second_step.canonical_identity <> first_step.identity
left join {{ ref('stg_directory__identity_aliases') }} as third_step
    on
        second_step.org_id = third_step.org_id
        and second_step.canonical_identity = third_step.identity
        and third_step.canonical_identity not in (first_step.identity, second_step.identity)
