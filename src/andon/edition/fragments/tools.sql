-- Grain: (org_id, report_date). One ToolsDay of contract/reports.py each.
with tools as (
    select
        org_id,
        report_date,
        list({'tool': tool, 'invocations': tool_calls::bigint} order by tool = '(other)', tool_calls desc, tool) as by_tool
    from rpt_tools_by_tool
    group by org_id, report_date
),

servers as (
    select
        org_id,
        report_date,
        list(
            {'server': server, 'invocations': invocations::bigint} order by server = '(other)', invocations desc, server
        ) as mcp_by_server
    from rpt_tools_by_mcp_server
    group by org_id, report_date
),

skills as (
    select
        org_id,
        report_date,
        list({'name': name, 'count': uses::bigint} order by name = '(other)', uses desc, name) as skills_by_name
    from rpt_tools_by_skill
    group by org_id, report_date
),

slash_commands as (
    select
        org_id,
        report_date,
        list({'name': name, 'count': uses::bigint} order by name = '(other)', uses desc, name) as slash_commands_by_name
    from rpt_tools_by_slash_command
    group by org_id, report_date
),

hooks as (
    select
        org_id,
        report_date,
        list({
            'event': event,
            'matcher': matcher,
            'command': command,
            'count': uses::bigint
        } order by event = '(other)', uses desc, event, matcher, command) as hooks_by_event
    from rpt_tools_by_hook
    group by org_id, report_date
)

select
    days.org_id,
    days.report_date,
    encode(to_json({
        'date': days.report_date,
        'tool_calls': days.tool_calls::bigint,
        'by_tool': coalesce(tools.by_tool, []),
        'mcp_users_with_mcp': days.mcp_users_with_mcp::bigint,
        'mcp_by_server': coalesce(servers.mcp_by_server, []),
        'skills_invocations': days.skills_invocations::bigint,
        'skills_by_name': coalesce(skills.skills_by_name, []),
        'slash_commands_invocations': days.slash_commands_invocations::bigint,
        'slash_commands_by_name': coalesce(slash_commands.slash_commands_by_name, []),
        'hooks_invocations': days.hooks_invocations::bigint,
        'hooks_by_event': coalesce(hooks.hooks_by_event, []),
        'web_users': days.web_users::bigint,
        'autonomy_ratio_avg': days.autonomy_ratio_avg::double,
        'autonomy_ratio_p50': days.autonomy_ratio_p50::double,
        'autonomy_ratio_p90': days.autonomy_ratio_p90::double,
        'tool_calls_per_session_avg': days.tool_calls_per_session_avg::double,
        'user_turns_per_session_avg': days.user_turns_per_session_avg::double,
        'tool_autonomy_level_ratio': {
            'auto_high': days.auto_high_ratio::double,
            'auto_medium': days.auto_medium_ratio::double,
            'auto_low': days.auto_low_ratio::double,
            'spec': days.spec_ratio::double,
            'manual': days.manual_ratio::double
        }
    })::varchar) as fragment
from rpt_tools_daily as days
left join tools using (org_id, report_date)
left join servers using (org_id, report_date)
left join skills using (org_id, report_date)
left join slash_commands using (org_id, report_date)
left join hooks using (org_id, report_date)
order by days.org_id, days.report_date
