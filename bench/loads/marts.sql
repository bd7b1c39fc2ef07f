-- Report models of {people} invented people on the days from {first} to {last}; the columns are those of the dbt contracts.

CREATE OR REPLACE TEMP TABLE active AS
SELECT
    '{org}' AS org_id,
    cast(day AS date) AS report_date,
    'user_' || upper(left(md5('person ' || person), 26)) AS user_id,
    'person' || person || '@example.com' AS user_email,
    cast(hash(person, day) % 1000000007 AS bigint) AS seed,
    -- a heavy tail: a few do ten times what most do
    cast(1 + 8 * pow(person % 97 / 97.0, 4) AS double) AS weight
FROM range({people}) AS p(person), generate_series(DATE '{first}', DATE '{last}', INTERVAL 1 DAY) AS d(day)
WHERE hash(person, day) % 100 < CASE WHEN isodow(day) > 5 THEN 25 ELSE 90 END;

CREATE OR REPLACE TEMP TABLE days AS SELECT DISTINCT org_id, report_date AS day FROM active;

CREATE OR REPLACE TABLE rpt_organisations AS
SELECT '{org}' AS org_id, 'Bench' AS name;

CREATE OR REPLACE TABLE rpt_tokens_by_user AS
SELECT
    org_id, report_date, user_id, user_email,
    ['claude-sonnet-4-20250514', 'claude-opus-4-8', 'gpt-5.5', 'gemini-3-pro'][1 + (seed + place) % 4] AS model_id,
    CASE WHEN (seed + place) % 3 = 0 THEN 'thinking' ELSE 'standard' END AS model_tier,
    cast(weight * (10000 + seed % 90000) AS bigint) AS billable_tokens,
    cast(weight * (5000 + seed % 40000) AS bigint) AS input_tokens,
    cast(weight * (1000 + seed % 9000) AS bigint) AS output_tokens
FROM active, range(2) AS m(place)
WHERE place = 0 OR seed % 3 = 0;

CREATE OR REPLACE TABLE rpt_tokens_by_model AS
SELECT
    org_id, report_date, model_id, model_tier, cast(sum(billable_tokens) AS bigint) AS billable_tokens,
    cast(sum(input_tokens) AS bigint) AS input_tokens, cast(sum(output_tokens) AS bigint) AS output_tokens
FROM rpt_tokens_by_user GROUP BY ALL;

CREATE OR REPLACE TABLE rpt_tokens_daily AS
SELECT
    org_id, report_date, cast(sum(billable_tokens) AS bigint) AS billable_tokens,
    cast(sum(input_tokens) AS bigint) AS input_tokens, cast(sum(output_tokens) AS bigint) AS output_tokens,
    cast(9 * sum(input_tokens) AS bigint) AS cache_read_tokens,
    cast(sum(input_tokens) AS bigint) AS cache_write_tokens
FROM rpt_tokens_by_user GROUP BY ALL;

CREATE OR REPLACE TABLE rpt_tools_daily AS
SELECT
    org_id, report_date, cast(sum(100 * weight) AS bigint) AS tool_calls, count(*) // 5 AS mcp_users_with_mcp,
    count(*) // 2 AS skills_invocations, count(*) * 2 AS slash_commands_invocations, count(*) * 3 AS hooks_invocations,
    count(*) // 9 AS web_users, 9.2 AS autonomy_ratio_avg, 7.0 AS autonomy_ratio_p50, 21.5 AS autonomy_ratio_p90,
    81.25 AS tool_calls_per_session_avg, 8.5 AS user_turns_per_session_avg, 0.5 AS auto_high_ratio,
    0.25 AS auto_medium_ratio, 0.125 AS auto_low_ratio, 0.0625 AS spec_ratio, 0.0625 AS manual_ratio
FROM active GROUP BY ALL;

CREATE OR REPLACE TABLE rpt_tools_by_tool AS
SELECT org_id, day AS report_date, 'mcp__server' || tool % 20 || '__tool_' || tool AS tool, 100000 // (tool + 1) AS tool_calls
FROM days, range(25) AS t(tool);

CREATE OR REPLACE TABLE rpt_tools_by_mcp_server AS
SELECT org_id, day AS report_date, 'server' || n AS server, 50000 // (n + 1) AS invocations FROM days, range(6) AS t(n);

CREATE OR REPLACE TABLE rpt_tools_by_skill AS
SELECT org_id, day AS report_date, 'skill-' || n AS name, 500 // (n + 1) AS uses FROM days, range(8) AS t(n);

CREATE OR REPLACE TABLE rpt_tools_by_slash_command AS
SELECT org_id, day AS report_date, 'command-' || n AS name, 900 // (n + 1) AS uses FROM days, range(8) AS t(n);

CREATE OR REPLACE TABLE rpt_tools_by_hook AS
SELECT org_id, day AS report_date, 'PostToolUse' AS event, '*.' || n AS matcher, 'lint' AS command, 700 // (n + 1) AS uses
FROM days, range(4) AS t(n);

CREATE OR REPLACE TABLE rpt_activity_daily AS
SELECT
    org_id, report_date, count(*) AS daily_active_users, {people} AS weekly_active_users, {people} AS monthly_active_users,
    count(*) * 3 AS sessions, count(*) * 40 AS messages, count(*) * 12 AS user_messages
FROM active GROUP BY ALL;

CREATE OR REPLACE TABLE rpt_activity_by_client AS
SELECT org_id, report_date, client, count(*) // max(place) AS daily_active_users
FROM active, (VALUES ('terminal-ui', 1), ('web', 9), ('non-interactive-cli', 5), ('ide', 4)) AS c(client, place)
GROUP BY ALL;

CREATE OR REPLACE TABLE rpt_productivity_daily AS
SELECT
    org_id, report_date, count(*) * 4 AS files_created, count(*) * 30 AS files_edited, count(*) * 2 AS git_commits,
    count(*) // 2 AS git_prs_created
FROM active GROUP BY ALL;

CREATE OR REPLACE TABLE rpt_productivity_by_extension AS
SELECT org_id, day AS report_date, '.ext' || n AS extension, 90000 // (n + 1) AS files FROM days, range(15) AS t(n);

CREATE OR REPLACE TABLE rpt_productivity_by_language AS
SELECT org_id, day AS report_date, 'Language ' || n AS language, 90000 // (n + 1) AS files FROM days, range(8) AS t(n);

CREATE OR REPLACE TABLE rpt_users_daily AS
SELECT
    org_id, user_id, user_email, report_date, cast(100 * weight AS bigint) AS tool_calls,
    cast(weight * (10000 + seed % 90000) AS bigint) AS billable_tokens, 'claude-sonnet-4-20250514' AS primary_model,
    'standard' AS primary_model_tier, cast(seed % 9 AS bigint) AS files_created, cast(seed % 60 AS bigint) AS files_edited,
    cast(seed % 5 AS bigint) AS git_commits, cast(seed % 2 AS bigint) AS git_prs_created,
    cast(seed % 40 AS bigint) AS mcp_calls, cast(seed % 4 AS bigint) AS skill_calls,
    cast(seed % 6 AS bigint) AS slash_commands, cast(seed % 8 AS bigint) AS hooks, cast(1 + seed % 6 AS bigint) AS sessions,
    cast(10 + seed % 80 AS bigint) AS messages, cast(3 + seed % 20 AS bigint) AS user_messages,
    cast(7 + seed % 60 AS bigint) AS assistant_messages, 1.0 + seed % 12 / 8.0 AS autonomy_ratio,
    ['auto-high', 'auto-medium', 'auto-low', 'spec', 'manual'][1 + seed % 5] AS delegation_level, true AS is_active,
    cast(weight * (5000 + seed % 40000) AS bigint) AS input_tokens, cast(weight * (1000 + seed % 9000) AS bigint) AS output_tokens,
    cast(9000 AS bigint) AS cache_read_tokens, cast(900 AS bigint) AS cache_write_tokens
FROM active;

CREATE OR REPLACE TABLE rpt_users_languages AS
SELECT org_id, report_date, user_id, ['TypeScript', 'Python', 'Go'][1 + (seed + n) % 3] AS language, cast(9 - n AS bigint) AS files
FROM active, range(2) AS t(n);

CREATE OR REPLACE TABLE rpt_coverage_agents AS
SELECT
    '' AS org_id, '' AS agent, '' AS agent_version, '' AS agent_status, true AS is_described, true AS is_mute, 0 AS log_records,
    0 AS spans, 0 AS metric_points, 0 AS records, 0 AS facts, 0 AS sessions, 0 AS people, TIMESTAMP '2026-01-01' AS first_seen_at,
    TIMESTAMP '2026-01-01' AS last_seen_at, DATE '2026-01-01' AS last_fact_date
WHERE false;

CREATE OR REPLACE TABLE rpt_coverage_fields AS
SELECT
    '' AS org_id, '' AS agent, '' AS field, 0 AS place, '' AS quality, '' AS status, 0 AS occasions_7_days, 0 AS known_7_days,
    0 AS occasions_30_days, 0 AS known_30_days, DATE '2026-01-01' AS last_known_date, DATE '2026-01-01' AS lost_since,
    '' AS lost_version, '' AS reason, '' AS improved_by
WHERE false;

CREATE OR REPLACE TABLE rpt_coverage_names AS
SELECT
    '' AS org_id, '' AS agent, '' AS signal, '' AS name, 0 AS records, 0 AS names, '' AS first_version,
    TIMESTAMP '2026-01-01' AS first_seen_at, TIMESTAMP '2026-01-01' AS last_seen_at
WHERE false;

CREATE OR REPLACE TABLE rpt_conservation AS
SELECT
    '' AS org_id, DATE '2026-01-01' AS report_date, '' AS signal, 0 AS received, 0 AS stored, 0 AS distinct_records,
    0 AS duplicates, 0 AS quarantined
WHERE false;
