import Signals

/// A judgement as tables, the same on every page.
enum ReportJudgement {
    /// The gate's clauses.
    static func clauses(_ judgement: ArtifactJudgement) -> String {
        let rows = judgement.clauses.map { clause in
            let style = clause.holds ? "pass" : (clause.isEssential ? "fail" : "weak")
            let places = clause.name == "trades" ? 0 : 4
            return [
                clause.name, clause.isEssential ? "essential" : "supporting",
                "<span class=\"\(style)\">\(clause.holds ? "holds" : "does not hold")</span>",
                ReportText.number(clause.value, places), ReportText.number(clause.limit, min(places, 2)),
            ]
        }
        return "<h3>Deployment gate</h3>"
            + ReportText.table(["clause", "weight", "", "found", "limit"], rows, numbersFrom: 3)
    }

    /// Each statistic with its sentence.
    static func sentences(_ sentences: [AssetReport.Sentence]) -> String {
        let rows = sentences.map {
            ["<b>\($0.name.escaped)</b>", "<b>\($0.value.escaped)</b>", $0.meaning.escaped]
        }
        return "<h3>Statistics</h3>" + ReportText.table(["", "value", "what it says"], rows, numbersFrom: 3)
    }
}
