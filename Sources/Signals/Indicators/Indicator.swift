/// An indicator as an incremental machine: fed one value or one bar at a time, it answers what is known by then.
///
/// It has seen nothing but what it was fed, so it cannot look ahead. The batch forms in ``IndicatorColumns`` run the
/// very same struct over a whole series. Inputs must be finite, as every ``BarSeries`` guarantees.
public protocol Indicator<Input, Output>: Sendable {
    /// What one update takes: a number of a series, or a bar.
    associatedtype Input
    /// What one update answers: a number, or a struct of numbers.
    associatedtype Output

    /// How many updates answer NaN: the first valid answer is that of update number `warmUp`, counted from 0.
    var warmUp: Int { get }

    /// Takes the next input and answers the indicator's value at it; NaN (in every part) while warming up.
    mutating func update(_ input: Input) -> Output
}
