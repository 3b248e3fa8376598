"""What TeX's named symbols look like in Unicode, for text outside formulas and for plain rendering.

Only symbols with one evident character are here; formulas on the page do not use this table.
"""


def _table(source: str) -> dict[str, str]:
    words = source.split()
    return dict(zip(words[::2], words[1::2], strict=True))


GREEK = _table(
    """
    alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ
    lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ
    phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi
    Φ Psi Ψ Omega Ω digamma ϝ
    """
)

GREEK_NAMES = {letter: name for name, letter in GREEK.items() if not name.startswith("var")} | {
    "ϑ": "theta",
    "ϕ": "phi",
    "ϵ": "epsilon",
    "ϱ": "rho",
    "ς": "sigma",
    "ϖ": "pi",
    "Α": "Alpha",
    "Β": "Beta",
}

SIGNS = _table(
    """
    pm ± mp ∓ times × div ÷ cdot · ast ∗ star ⋆ circ ∘ bullet • oplus ⊕ otimes ⊗ ominus ⊖ odot ⊙ wedge
    ∧ vee ∨ cap ∩ cup ∪ setminus ∖ sqcup ⊔ sqcap ⊓ uplus ⊎ dagger † ddagger ‡ dag † ddag ‡ amalg ⨿ leq
    ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ equiv ≡ approx ≈ sim ∼ simeq ≃ cong ≅ propto ∝ ll ≪ gg ≫ prec ≺ succ ≻
    preceq ⪯ succeq ⪰ lesssim ≲ gtrsim ≳ leqslant ⩽ geqslant ⩾ asymp ≍ doteq ≐ lsim ≲ gsim ≳ simlt ≲
    simgt ≳ in ∈ ni ∋ notin ∉ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊ mid ∣ parallel ∥ perp
    ⊥ models ⊨ vdash ⊢ to → rightarrow → leftarrow ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐
    Leftrightarrow ⇔ longrightarrow ⟶ longleftarrow ⟵ mapsto ↦ hookrightarrow ↪ uparrow ↑ downarrow ↓
    iff ⇔ implies ⇒ gets ← twoheadrightarrow ↠ rightleftharpoons ⇌ leadsto ⇝ nearrow ↗ searrow ↘ infty
    ∞ partial ∂ nabla ∇ forall ∀ exists ∃ nexists ∄ emptyset ∅ varnothing ∅ neg ¬ lnot ¬ aleph ℵ hbar ℏ
    ell ℓ Re ℜ Im ℑ wp ℘ prime ′ angle ∠ triangle △ square □ Box □ blacksquare ■ diamond ⋄ Diamond ◇
    surd √ sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ oint ∮ bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigotimes ⨂ bigwedge
    ⋀ bigvee ⋁ ldots … cdots ⋯ dots … vdots ⋮ ddots ⋱ langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil
    ⌉ Vert ‖ vert | lvert | rvert | lVert ‖ rVert ‖ lbrace { rbrace } lbrack [ rbrack ] backslash \\
    rtimes ⋊ ltimes ⋉ boxtimes ⊠ boxplus ⊞ top ⊤ bot ⊥ therefore ∴ because ∵ checkmark ✓ complement ∁
    eth ð degree ° deg ° S § P ¶ copyright © pounds £ euro € textregistered ® texttrademark ™
    textdegree ° textmu μ textbullet • textasciitilde ~ textasciicircum ^ textbackslash \\ textbar |
    textless < textgreater > textendash – textemdash — textquoteleft ‘ textquoteright ’
    textquotedblleft “ textquotedblright ” textquotesingle ' textquotedbl " guillemotleft «
    guillemotright » textellipsis … textunderscore _ textdollar $ textsterling £ texteuro € textsection
    § textparagraph ¶ texttimes × textpm ± textonehalf ½ textdagger † textperiodcentered ·
    textcopyright © lq ‘ rq ’ odot ⊙ sun ☉ earth ⊕ arcsec ″ arcmin ′ male ♂ female ♀ natural ♮ sharp ♯
    flat ♭ clubsuit ♣ heartsuit ♡ diamondsuit ♢ spadesuit ♠ dotsc … dotsb ⋯
    """
)

NAMES = {"TeX": "TeX", "LaTeX": "LaTeX", "BibTeX": "BibTeX", "LaTeXe": "LaTeX2e", "AmS": "AMS"}

IN_TEXT = GREEK | SIGNS | NAMES
