-- Grain: (org_id, report_date). Every ToolsByToolName of the day, joined by commas.
select
    org_id,
    report_date,
    encode(string_agg(to_json({
        'date': report_date,
        'group_key': tool,
        'tool_calls': tool_calls::bigint
    })::varchar, ',' order by tool = '(other)', tool_calls desc, tool)) as fragment
from rpt_tools_by_tool
where tool_calls > 0
group by org_id, report_date
order by org_id, report_date
