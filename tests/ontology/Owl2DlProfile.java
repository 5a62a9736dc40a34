// Prints what keeps OWL files out of OWL 2 DL, by the OWL API: a line with the file's place among the arguments, a tab
// and the violation; first, for each file, the number of its axioms, so that an unread file is never taken for a good one.
import java.io.File;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.profiles.OWL2DLProfile;
import org.semanticweb.owlapi.profiles.OWLProfileViolation;

class Owl2DlProfile {
  public static void main(String[] files) throws Exception {
    for (int i = 0; i < files.length; i++) {
      OWLOntology ontology = OWLManager.createOWLOntologyManager().loadOntologyFromOntologyDocument(new File(files[i]));
      System.out.println(i + "\t" + ontology.getAxiomCount());
      for (OWLProfileViolation violation : new OWL2DLProfile().checkOntology(ontology).getViolations()) {
        System.out.println(i + "\t" + violation.toString().replaceAll("\\s+", " "));
      }
    }
  }
}
