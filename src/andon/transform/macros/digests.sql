{# Reports by day, whose digests say which days changed. #}
{% macro reports_by_day() -%}
    {{ return([
        'rpt_tokens_daily',
        'rpt_tokens_by_model',
        'rpt_tokens_by_user',
        'rpt_tools_daily',
        'rpt_tools_by_tool',
        'rpt_tools_by_mcp_server',
        'rpt_tools_by_skill',
        'rpt_tools_by_slash_command',
        'rpt_tools_by_hook',
        'rpt_activity_daily',
        'rpt_activity_by_client',
        'rpt_productivity_daily',
        'rpt_productivity_by_extension',
        'rpt_productivity_by_language',
        'rpt_users_daily',
        'rpt_users_languages',
    ]) }}
{%- endmacro %}
