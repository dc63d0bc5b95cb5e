//! The QR of a label, as a picture to print.

use fast_qr::convert::Builder;
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::{ECL, QRBuilder};

use super::label::QrContent;
use super::model::Container;
use crate::problem::Problem;

/// Modules of white around the code (ISO/IEC 18004: four).
const QUIET_MODULES: usize = 4;

/// The label's QR as SVG. Correction level M: a label gets dirty, and is small.
pub fn label_svg(container: &Container, content: &QrContent) -> Result<String, Problem> {
    let code = QRBuilder::new(content.of(&container.code))
        .ecl(ECL::M)
        .build()
        .map_err(|err| Problem::internal(format!("a label's QR: {err:?}")))?;
    Ok(SvgBuilder::default().margin(QUIET_MODULES).to_str(&code))
}
