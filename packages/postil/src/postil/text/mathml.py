from math_core import LatexError, LatexToMathML
from markupsafe import escape
_C = LatexToMathML(fancy_error=False)
def formula_html(tex: str, display: bool = False) -> str:
    try:
        body=_C.convert_with_local_state(tex, displaystyle=display)
        return f'<span class="math notranslate" translate="no" data-tex="{escape(tex)}">{body}</span>'
    except Exception:
        return f'<code class="tex notranslate" translate="no">{escape(tex)}</code>'
