/// The report's style sheet: one set of names for colours, given twice, for light and dark.
enum ReportStyle {
    static let css = """
        :root{color-scheme:light dark;--bg:#fff;--ink:#1b2129;--dim:#5d6875;--line:#dfe4ea;--card:#f6f8fa;--a:#1d5fd1;
        --b:#8a94a0;--up:#15803d;--down:#c02626;--warn:#b45309}
        @media (prefers-color-scheme:dark){:root{--bg:#0e1217;--ink:#e7ebf0;--dim:#9aa5b1;--line:#2a323c;
        --card:#161c23;
        --a:#74a9ff;--b:#7f8b98;--up:#4ccb7f;--down:#ff7b7b;--warn:#f2b84b}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:24px 20px 60px;max-width:1080px;background:var(--bg);color:var(--ink);
        font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
        h1{font-size:26px;margin:0 0 4px}
        h2{font-size:21px;margin:44px 0 8px;padding-top:14px;border-top:2px solid var(--line)}
        td b{font-weight:500;white-space:nowrap}
        h3{font-size:16px;margin:30px 0 6px}p{margin:6px 0}.dim{color:var(--dim)}
        nav a{margin-right:14px}a{color:var(--a)}
        .verdict{display:inline-block;padding:1px 10px;border-radius:99px;font-weight:600;
        border:1.5px solid currentColor}
        .pass{color:var(--up)}.weak{color:var(--warn)}.fail{color:var(--down)}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(132px,1fr));gap:10px;margin:14px 0}
        .tiles div{background:var(--card);border-radius:8px;padding:8px 12px}.tiles b{display:block;font-size:18px}
        .wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13.5px}
        th{text-align:left;color:var(--dim);font-weight:500}th,td{padding:4px 8px;border-bottom:1px solid var(--line);
        vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        td.h{text-align:center;font-variant-numeric:tabular-nums;font-size:12px;padding:3px}
        svg{width:100%;height:auto;display:block;margin:4px 0}svg text{font-size:12px;fill:var(--dim)}
        .l{fill:none;stroke-width:1.6;stroke-linejoin:round}.f{stroke:none}
        .l.a{stroke:var(--a)}.l.b{stroke:var(--b)}.l.t{stroke:var(--b);stroke-width:1;opacity:.6}
        .l.p{stroke:var(--dim);
        stroke-width:1}.f.a{fill:var(--a)}.f.b{fill:var(--b)}.f.up{fill:var(--up)}.f.down{fill:var(--down)}
        .f.fall{fill:var(--down);opacity:.35}.grid{stroke:var(--line)}.zero{stroke:var(--dim);opacity:.7}
        .mark{fill:none;stroke:var(--ink);stroke-width:2}
        .key{display:inline-block;width:14px;height:3px;vertical-align:middle;margin:0 5px 0 12px}
        .small{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:10px}
        .small figure{margin:0;background:var(--card);border-radius:8px;padding:6px 8px}
        .small figcaption{font-size:12px;
        color:var(--dim)}
        """
}
