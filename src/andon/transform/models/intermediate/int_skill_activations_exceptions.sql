{{ exceptional('skill_activations') }}
