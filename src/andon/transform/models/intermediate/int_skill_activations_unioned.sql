{{ union_staged('skill_activations') }}
