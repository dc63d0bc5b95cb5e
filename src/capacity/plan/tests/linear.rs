//! The same question to a general solver of linear programs: a variable for each source, code and
//! line, and nothing of the tricks of the solver under test.

use microlp::{ComparisonOp, LinearExpr, OptimizationDirection, Problem as Program, Variable};

use super::{Matching, distance};

/// The least unmet mass in kilograms, and then the fewest tonne-kilometres.
pub fn optimum(problem: &Matching) -> (f64, f64) {
    let unmet = objective(problem, None);
    (unmet, objective(problem, Some(unmet)))
}

/// The least unmet mass; or the fewest tonne-kilometres with no more unmet than this. In kilograms.
fn objective(problem: &Matching, unmet_most: Option<f64>) -> f64 {
    let mut program = Program::new(OptimizationDirection::Minimize);
    let mut through: Vec<Vec<Vec<Variable>>> =
        problem.facilities.iter().map(|one| vec![Vec::new(); one.lines.len()]).collect();
    let mut unmet = Vec::new();
    let (unmet_cost, km_cost) = if unmet_most.is_some() { (0.0, 0.001) } else { (1.0, 0.0) };
    for source in &problem.sources {
        for produced in &source.produced {
            let left = program.add_var(unmet_cost, (0.0, f64::INFINITY));
            let mut ways = vec![left];
            unmet.push(left);
            for (facility, lines) in problem.facilities.iter().zip(&mut through) {
                let cost = km_cost * distance(source.place, facility.place);
                for (line, through) in facility.lines.iter().zip(lines) {
                    if line.codes.contains(&produced.code) {
                        let flow = program.add_var(cost, (0.0, f64::INFINITY));
                        ways.push(flow);
                        through.push(flow);
                    }
                }
            }
            program.add_constraint(sum(&ways), ComparisonOp::Eq, kg(produced.grams));
        }
    }
    for (facility, lines) in problem.facilities.iter().zip(&through) {
        for (line, through) in facility.lines.iter().zip(lines) {
            program.add_constraint(sum(through), ComparisonOp::Le, kg(line.annual_g));
        }
        if let Some(limit) = facility.annual_limit_g {
            program.add_constraint(sum(&lines.concat()), ComparisonOp::Le, kg(limit));
        }
    }
    if let Some(most) = unmet_most {
        program.add_constraint(sum(&unmet), ComparisonOp::Le, most);
    }
    program.solve().unwrap().into_solution().unwrap().objective()
}

fn sum(variables: &[Variable]) -> LinearExpr {
    variables.iter().map(|variable| (*variable, 1.0)).collect()
}

fn kg(grams: i64) -> f64 {
    grams as f64 / 1000.0
}
