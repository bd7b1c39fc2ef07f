{#
    The server and tool inside `mcp__<server>__<tool>`; null where the name is not of that form. Half of a glued
    name, trailing JSON and control characters are residue of somebody's parsing and cut off.
#}
{% macro mcp_server_of(tool_name) -%}
    case
        when {{ tool_name }} like {{ pattern('mcp__%__%') }}
            then nullif({{ text_before('substr(' ~ clean_name(tool_name) ~ ', 6)', '__') }}, '')
    end
{%- endmacro %}

{% macro mcp_tool_of(tool_name) -%}
    case
        when {{ tool_name }} like {{ pattern('mcp__%__%') }}
            then nullif(substr(
                {{ clean_name(tool_name) }},
                8 + length({{ text_before('substr(' ~ clean_name(tool_name) ~ ', 6)', '__') }})
            ), '')
    end
{%- endmacro %}

{# The tool behind `mcp_<server>_<tool>` or `mcp__<server>__<tool>`, its server known. #}
{% macro glued_mcp_tool(tool_name, mcp_server) -%}
    coalesce(
        {{ mcp_tool_of(tool_name) }},
        case
            when {{ tool_name }} like {{ pattern('mcp_%') }} and {{ mcp_server }} is not null
                and substr({{ tool_name }}, 5, length({{ mcp_server }}) + 1) = {{ mcp_server }} || '_'
                then substr({{ tool_name }}, 6 + length({{ mcp_server }}))
        end,
        {{ tool_name }}
    )
{%- endmacro %}

{# The server in a name that came without one: what stands before the first underscore. #}
{% macro glued_mcp_server(tool_name) -%}
    coalesce(
        {{ mcp_server_of(tool_name) }},
        case
            when {{ tool_name }} like {{ pattern('mcp_%_%') }} then {{ text_before('substr(' ~ tool_name ~ ', 5)', '_') }}
        end
    )
{%- endmacro %}

{# To see that a name is clean is cheaper than to clean it, and nearly all are. #}
{% macro clean_name(expression) -%}
    case
        when {{ matches(expression, '^[A-Za-z0-9_.:/-]+$') }} then {{ expression }}
        else nullif(trim({{ without_pattern(expression, '[\\s\\x00-\\x1f]*[{\\[].*$|[\\x00-\\x1f\\x7f]') }}), '')
    end
{%- endmacro %}
