{{ counted_list('skill_activations', {'name': 'skill_name'}, 'uses') }}
